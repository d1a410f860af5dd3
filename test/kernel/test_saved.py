"""Saved analyses: `switchyard run` and `switchyard verify` on Switchyard's kernel."""

import json
import os
import re
import subprocess
import time

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from saved import ENVIRONMENT, PAYLOAD, cell, change, outputs, printed, save, switchyard
from spec import ROOT

PARAMETERS = "const steps = 20;\nconst name: string = 'plain';\nlet careful = false;\nconst widths = [8, 16];"
TRAIN = """
import { data, models, routers, show, train } from '@switchyard/kernel-lib';
const text = data.fromStrings({ prose: ['the quick brown fox jumps', 'over the lazy dog again'] });
const model = models.moeTransformer({ layers: 1, width: 16, contextLength: 8, experts: 4, router: routers.topK({ k: 2 }) });
await train.fit(model, text, { steps: 20, seed: 1, batchSize: 2, evaluateEvery: 0, watch: show.routing() });
"""


@pytest.fixture
def analysis(tmp_path):
    return save(
        tmp_path / "analysis.ipynb",
        new_markdown_cell("# Analysis"),
        cell(PARAMETERS, "parameters"),
        cell("console.log(steps, name, careful, JSON.stringify(widths), process.cwd());"),
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small training, run and saved."""
    path = save(tmp_path_factory.mktemp("trained") / "trained.ipynb", cell(TRAIN))
    switchyard("run", path)
    return path


def test_run_saves_in_place_and_runs_beside_the_notebook(analysis, tmp_path):
    said = switchyard("run", analysis)
    assert printed(nbformat.read(analysis, as_version=4)) == f"20 plain false [8,16] {tmp_path}\n"
    assert "cell 2 of 2" in said
    assert os.listdir(tmp_path) == ["analysis.ipynb"]


def test_parameters_come_after_their_cell(analysis, tmp_path):
    before = analysis.read_bytes()
    out = tmp_path / "out.ipynb"
    words = ["-p", "steps=-3", "-p", "name=a=b", "-p", "careful=true", "-p", "widths=[1, 2.5]"]
    switchyard("run", analysis, *words, "-o", out)
    assert analysis.read_bytes() == before
    notebook = nbformat.read(out, as_version=4)
    assert printed(notebook).startswith("-3 a=b true [1,2.5] ")
    assert notebook.cells[2].metadata.tags == ["injected-parameters"]
    assert "const steps: number = -3;" in notebook.cells[2].source
    # Once more on what was written: the new values take the place of the old ones.
    switchyard("run", out, "-p", "steps=7")
    again = nbformat.read(out, as_version=4)
    assert printed(again).startswith("7 plain false [8,16] ")
    assert len(again.cells) == len(notebook.cells)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-p", "stps=3"], 'There is no parameter "stps"; the notebook\'s parameters are: steps, name, careful, widths.'),
        (["-p", "steps=many"], 'Parameter "steps" must be a number, got "many".'),
        (["-p", "steps="], 'Parameter "steps" must be a number, got "".'),
        (["-p", "careful=1"], 'Parameter "careful" must be a boolean, got "1".'),
        (["-p", 'widths=["a"]'], 'Parameter "widths" must be an array as in [1, 2], got "["a"]".'),
        (["-p", "steps=1", "-p", "steps=2"], 'Parameter "steps" is given twice.'),
        (["-p", "steps"], 'A parameter is written name=value, got "steps".'),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_runs(analysis, words, said):
    before = analysis.read_bytes()
    assert said in switchyard("run", analysis, *words, code=2)
    assert analysis.read_bytes() == before


def test_a_failing_cell_is_named_and_nothing_is_written(tmp_path):
    path = save(tmp_path / "failing.ipynb", cell("const a = 1;"), cell("throw new RangeError('no such expert');"), cell("a;"))
    before, out = path.read_bytes(), tmp_path / "out.ipynb"
    out.write_text("as it was")
    said = switchyard("run", path, "-o", out, code=1)
    assert "cell 2 of 3 failed: RangeError: no such expert\n  throw new RangeError" in said
    assert out.read_text() == "as it was"
    assert path.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["failing.ipynb", "out.ipynb"]
    assert re.search(r"failing\.ipynb +- +failed$", switchyard("verify", path, code=1), re.MULTILINE)


def test_a_kernel_that_dies_is_a_failure(tmp_path):
    path = save(tmp_path / "dying.ipynb", cell("process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});"))
    before = path.read_bytes()
    assert "cell 1 of 1 failed: DeadKernel" in switchyard("run", path, code=1)
    assert path.read_bytes() == before


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_ended_command_leaves_no_kernel_and_no_change(tmp_path):
    code = "import * as fs from 'fs';\nfs.writeFileSync('pid', String(process.pid));\nawait new Promise((r) => setTimeout(r, 3e5));"
    path = save(tmp_path / "long.ipynb", cell(code))
    before = path.read_bytes()
    command = subprocess.Popen(["node", str(ROOT / "kernel-lib" / "bin" / "switchyard.js"), "run", str(path)])
    wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
    kernel = int((tmp_path / "pid").read_text())
    command.kill()
    command.wait()
    wait_for(lambda: not alive(kernel))
    assert path.read_bytes() == before


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_a_run_records_its_environment(trained):
    (record,) = [output.data[ENVIRONMENT] for output in outputs(trained) if ENVIRONMENT in output.get("data", {})]
    assert record["device"] in ("cpu", "gpu", "javascript")
    assert record["threads"] >= 1
    assert record["versions"]["@switchyard/kernel-lib"] == json.loads((ROOT / "kernel-lib" / "package.json").read_text())["version"]
    assert record["versions"]["node"] == subprocess.check_output(["node", "-p", "process.versions.node"], text=True).strip()
    # Its folder is in no project and no work tree.
    assert record["lockfile"] is None
    assert record["git"] is None


def test_a_training_is_the_same_again(trained):
    before = trained.read_bytes()
    said = switchyard("verify", trained)
    assert re.search(r"trained\.ipynb +2 +same$", said, re.MULTILINE), said
    assert "the environment is another one" not in said
    assert "1 picture, drawn from data beside it\n" in said
    assert trained.read_bytes() == before


def test_one_changed_number_in_a_payload_is_found_and_shown(trained, tmp_path):
    path = tmp_path / "changed.ipynb"
    path.write_bytes(trained.read_bytes())

    def edit(notebook):
        (output,) = [o for o in notebook.cells[0].outputs if PAYLOAD in o.get("data", {})]
        payload = output.data[PAYLOAD]
        payload.update(runId="another", seq=99)
        payload["source"].update(time=1, producer="another")
        output.data["image/svg+xml"] = "<svg/>"
        payload["data"]["history"]["scalars"]["loss/train"][3] = 0.125
        (record,) = [o.data[ENVIRONMENT] for o in notebook.cells[1].outputs]
        record["threads"] = 64
        record["versions"]["tensorflow"] = "2.9.1"

    change(path, edit)
    said = switchyard("verify", path, code=1)
    assert re.search(r"changed\.ipynb +2 +different: 1 cell$", said, re.MULTILINE), said
    assert said.count("(- saved, + now)") == 1
    assert re.search(r"output 1, routing\.data\.history\.scalars\.loss/train\[3\] \(- saved, \+ now\)\n +- 0\.125\n +\+ \d", said), said
    assert re.search(r"threads: saved with 64, now \d+$", said, re.MULTILINE), said
    assert "tensorflow: saved with 2.9.1, now 2." in said


PRINTS = cell("console.log('loss 0.5000001 of layer2');\nconsole.log(`took ${performance.now()} ms`);\n[1, 0.25]")


def test_text_is_compared_less_what_the_notebook_ignores(tmp_path):
    path = save(tmp_path / "prints.ipynb", PRINTS, ignore=[r"^took .* ms$"])
    switchyard("run", path)
    assert re.search(r"prints\.ipynb +1 +same$", switchyard("verify", path), re.MULTILINE)
    change(path, lambda notebook: notebook.metadata.switchyard.update(ignore=[]))
    said = switchyard("verify", path, code=1)
    assert "stdout, line 2" in said
    assert "line 1" not in said


def test_a_tolerance_holds_for_numbers_and_for_nothing_else(tmp_path):
    path = save(tmp_path / "prints.ipynb", PRINTS, ignore=[r"^took .* ms$"], tolerance=1e-3)
    switchyard("run", path)

    def saved_as(old, new):
        def edit(notebook):
            for output in notebook.cells[0].outputs:
                if output.output_type == "stream":
                    output.text = output.text.replace(old, new)

        change(path, edit)

    saved_as("0.5000001", "0.5000002")
    assert "same within 0.001" in switchyard("verify", path)
    saved_as("0.5000002", "0.51")
    assert "- loss 0.51 of layer2\n" in switchyard("verify", path, code=1)
    saved_as("0.51 of layer2", "0.5 of layer3")
    assert "- loss 0.5 of layer3\n" in switchyard("verify", path, code=1)


def test_on_the_same_machine_a_tolerance_is_not_needed_and_not_given(trained, tmp_path):
    path = tmp_path / "tolerant.ipynb"
    path.write_bytes(trained.read_bytes())

    def edit(notebook):
        notebook.metadata["switchyard"] = {"tolerance": 0.5}
        (output,) = [o for o in notebook.cells[0].outputs if PAYLOAD in o.get("data", {})]
        output.data[PAYLOAD]["data"]["history"]["scalars"]["loss/train"][0] *= 1.001

    change(path, edit)
    assert "different: 1 cell" in switchyard("verify", path, code=1)
    change(path, lambda notebook: notebook.cells[1].outputs[0].data[ENVIRONMENT].update(processor="another"))
    assert "same within 0.5" in switchyard("verify", path)


def verify_first_steps(**variables):
    said = switchyard("verify", ROOT / "notebooks" / "first-steps.ipynb", env={**os.environ, **variables})
    (verdict,) = re.findall(r"first-steps\.ipynb +6 +(.*)$", said, re.MULTILINE)
    return verdict, said


def test_a_notebook_of_the_project_is_the_same_again():
    verdict, said = verify_first_steps()
    # On the machine that saved it bit for bit; any other is named, and its numbers are close, or the same as well.
    assert verdict == "same" or ("the environment is another one" in said and verdict == "same within 0.05")


def test_another_thread_count_is_said_and_the_numbers_are_close():
    notebook = nbformat.read(ROOT / "notebooks" / "first-steps.ipynb", as_version=4)
    (record,) = [o.data[ENVIRONMENT] for c in notebook.cells for o in c.get("outputs", []) if ENVIRONMENT in o.get("data", {})]
    threads = record["threads"] + 1
    verdict, said = verify_first_steps(TF_NUM_INTRAOP_THREADS=str(threads))
    assert verdict == "same within 0.05"
    assert f"threads: saved with {record['threads']}, now {threads}" in said


@pytest.fixture
def python_notebook(tmp_path):
    path = save(tmp_path / "python.ipynb", cell("print(2 * 3)"), cell("[1, 2.5]"), tolerance=0, needs=["json"])

    def on_python(notebook):
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}

    change(path, on_python)
    return path


def test_a_notebook_of_another_kernel_runs_and_is_compared(python_notebook):
    switchyard("run", python_notebook)
    assert printed(nbformat.read(python_notebook, as_version=4)) == "6\n"
    assert re.search(r"python\.ipynb +2 +same$", switchyard("verify", python_notebook), re.MULTILINE)
    change(python_notebook, lambda notebook: notebook.cells[0].outputs[0].update(text="7\n"))
    assert "different: 1 cell" in switchyard("verify", python_notebook, code=1)


def test_a_notebook_that_needs_what_is_not_there_is_not_run(python_notebook):
    change(python_notebook, lambda notebook: notebook.metadata.switchyard.update(needs=["json", "no_such_package"]))
    said = switchyard("verify", python_notebook)
    assert re.search(r"python\.ipynb +- +not run$", said, re.MULTILINE)
    assert "it needs what the environment lacks: no_such_package" in said
    change(python_notebook, lambda notebook: notebook.metadata.switchyard.update(needs="torch"))
    assert 'metadata.switchyard.needs must be a list of Python packages, got "torch"' in switchyard("verify", python_notebook, code=1)


def test_a_notebook_that_opens_a_model_that_is_not_there_is_not_run(tmp_path):
    path = save(tmp_path / "model.ipynb", cell("2 * 3;"), models=["smollm2"])
    # An environment without models: only the folder of them is looked at before anything runs.
    code = "const { missingModels } = require(process.argv[1]); console.log(missingModels({ venv: process.argv[2] }, JSON.parse(process.argv[3])).join());"
    needs = str(ROOT / "kernel-lib" / "bin" / "notebooks" / "needs.js")
    known = json.dumps({"metadata": {"switchyard": {"models": ["smollm2"]}}})
    said = subprocess.run(["node", "-e", code, needs, str(tmp_path), known], capture_output=True, text=True, check=True).stdout
    assert said == "smollm2 (`npx switchyard models add smollm2`)\n"
    (tmp_path / "share" / "switchyard" / "models").mkdir(parents=True)
    (tmp_path / "share" / "switchyard" / "models" / "smollm2.gguf").write_bytes(b"")
    said = subprocess.run(["node", "-e", code, needs, str(tmp_path), known], capture_output=True, text=True, check=True).stdout
    assert said == "\n"
    change(path, lambda notebook: notebook.metadata.switchyard.update(models=["gpt5"]))
    assert 'metadata.switchyard.models must be a list of smollm2, got ["gpt5"]' in switchyard("verify", path, code=1)
