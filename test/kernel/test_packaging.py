"""What users install works without this clone: the packed library, and the built wheel."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import urllib.request
import zipfile
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]

# Trains one routed layer on a target, and prints how far it came; TypeScript checks the cell against the library.
CELLS = [
    """
    import { core, device, moe, routers, tf } from '@switchyard/kernel-lib';
    const kind: 'gpu' | 'cpu' | 'javascript' = device().kind;
    console.log(`device ${kind}`);
    """,
    """
    const x = tf.randomNormal([64, 8], 0, 1, 'float32', 7);
    const w = tf.variable(tf.zeros([8, 1]));
    const loss = () => tf.losses.meanSquaredError(x.sum(1, true), x.matMul(w)) as tf.Scalar;
    const before = loss().dataSync()[0];
    const optimizer = tf.train.sgd(0.1);
    for (let i = 0; i < 50; i++) optimizer.minimize(loss);
    console.log(`learnt ${loss().dataSync()[0] < before / 100}`);
    """,
]

# Runs in the environment under test, which need not have the tests' own packages.
EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, kernel_name="switchyard", timeout=120, resources={"metadata": {"path": sys.argv[2]}}).execute()
nbformat.write(notebook, sys.argv[1])
"""


def stranger(**variables):
    """The environment of a machine that knows nothing of this clone."""
    unwanted = ("VIRTUAL_ENV", "JUPYTER", "PYTHON", "SWITCHYARD_", "npm_", "NODE_PATH")
    env = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    clone = str(ROOT / ".venv")
    env["PATH"] = os.pathsep.join(p for p in env["PATH"].split(os.pathsep) if not p.startswith(clone))
    return {**env, **variables}


def run(command, cwd, **variables):
    """Runs a command to its end, and gives what it printed."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=stranger(**variables), capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def readme_lines():
    """The commands that README gives for a folder without the clone."""
    section = (ROOT / "README.md").read_text().split("## Without the clone", 1)[1]
    return re.search(r"```sh\n(.*?)\n```", section, re.DOTALL)[1].split("\n")


def program(venv, name):
    return venv / ("Scripts" if sys.platform == "win32" else "bin") / name


@pytest.fixture(scope="module")
def wheel():
    """The wheel that the set-up of this clone built."""
    (built,) = (ROOT / ".switchyard" / "wheel").glob("jupyterlab_switchyard-*.whl")
    return built


@pytest.fixture(scope="module")
def project(tmp_path_factory, wheel):
    """A user's empty folder with the two files, after README's lines but the last, which opens JupyterLab."""
    folder = tmp_path_factory.mktemp("project")
    run(["npm", "pack", "--pack-destination", folder], ROOT / "kernel-lib")
    shutil.copy(wheel, folder)
    *lines, _ = readme_lines()
    for line in lines:
        run(["sh", "-c", line], folder, SWITCHYARD_DEVICE="cpu", npm_config_prefer_offline="true", npm_config_audit="false")
    (folder / wheel.name).unlink()
    yield folder
    # 2 GB; pytest would keep the last three runs' folders.
    shutil.rmtree(folder)


def printed(python, folder, **variables):
    """What the notebook prints when that environment runs it in that folder."""
    path = folder / "first.ipynb"
    cells = [nbformat.v4.new_code_cell(textwrap.dedent(source)) for source in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    run([python, "-c", EXECUTE, path, folder], folder, **variables)
    saved = nbformat.read(path, as_version=4)
    outputs = [output for cell in saved.cells for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"stream"}, outputs
    return "".join(output.text for output in outputs if output.name == "stdout").split("\n")[:-1]


def test_packed_library_in_an_empty_folder(project):
    assert printed(program(project / ".venv", "python"), project) == ["device cpu", "learnt true"]
    report = json.loads(run(["npx", "--no-install", "switchyard", "doctor", "--json"], project, SWITCHYARD_DEVICE="cpu"))
    assert [finding for finding in report["findings"] if finding["status"] == "failed"] == []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_readme_lines_open_jupyterlab(project):
    *_, line = readme_lines()
    assert line == "npx switchyard start"
    env = stranger(SWITCHYARD_DEVICE="cpu")
    command = ["sh", "-c", f"{line} --no-browser --port={free_port()}"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=project, env=env, start_new_session=True, **pipes) as started:
        try:
            said = []
            for text in started.stdout:
                said.append(text)
                if address := re.search(r"^JupyterLab is at (http://\S+:\d+/)lab\?(token=\w+)", text):
                    break
            else:
                pytest.fail("".join(said))
            # Nothing is installed again.
            assert [text for text in said if re.match("[✓✗!]", text) and "Machine" not in text and "done before" not in text] == []
            with urllib.request.urlopen(f"{address[1]}lab?{address[2]}", timeout=60) as page:
                assert "jupyterlab-switchyard" in page.read().decode()
            with urllib.request.urlopen(f"{address[1]}api/kernelspecs?{address[2]}", timeout=60) as answer:
                assert "switchyard" in json.load(answer)["kernelspecs"]
        finally:
            # As Ctrl-C in a terminal does: all of them hear it.
            os.killpg(started.pid, signal.SIGINT)
            rest = started.communicate(timeout=60)[0]
    assert "Shutting down" in rest, rest


def test_wheel_in_an_empty_environment(project, wheel, tmp_path):
    venv = tmp_path / "venv"
    run([sys.executable, "-m", "venv", venv], tmp_path)
    run([program(venv, "python"), "-m", "pip", "install", "--quiet", wheel, "nbclient"], tmp_path)
    share = venv / "share" / "jupyter"
    extension = json.loads((share / "labextensions" / "jupyterlab-switchyard" / "package.json").read_text())
    entry = extension["jupyterlab"]["_build"]["load"]
    assert (share / "labextensions" / "jupyterlab-switchyard" / entry).is_file()
    # The kernelspec knows no path of this clone, and the kernel takes no library from the notebook's folder.
    spec = json.loads((share / "kernels" / "switchyard" / "kernel.json").read_text())
    assert "env" not in spec
    library = project / "node_modules" / "@switchyard" / "kernel-lib"
    assert printed(program(venv, "python"), project, SWITCHYARD_KERNEL_LIB=str(library)) == ["device cpu", "learnt true"]


def test_kernel_says_what_is_missing(wheel, tmp_path):
    def start(**variables):
        # Python imports from a wheel as it is.
        env = {"PATH": str(tmp_path), "PYTHONPATH": str(wheel), **variables}
        command = [sys.executable, "-m", "jupyterlab_switchyard.kernel", "connection.json"]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return done.stderr

    assert start().startswith("Switchyard's kernel cannot start. There is no Node on the PATH: install Node 20")
    assert "@switchyard/kernel-lib was not found" in start(SWITCHYARD_NODE=shutil.which("node"))


def test_wheel_has_the_licence_of_all_that_is_in_the_bundle(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (listed,) = (name for name in archive.namelist() if name.endswith("third-party-licenses.json"))
        packages = json.loads(archive.read(listed))["packages"]
        assert not [name for name in archive.namelist() if name.endswith(".map")]
    lacking = [p["name"] for p in packages if not (p["versionInfo"] and p["licenseId"] and len(p["extractedText"]) > 500)]
    assert lacking == []
    names = [p["name"] for p in packages]
    assert len(names) == len(set(names))
    # Some that the builder joins into modules of others, one without a file for its licence, and the largest.
    assert {"d3-array", "d3-path", "d3-quadtree", "d3-shape", "d3-timer", "has-hover", "native-promise-only", "plotly.js"} <= set(names)


def test_wheel_has_the_version_of_the_extension(wheel):
    version = json.loads((ROOT / "package.json").read_text())["version"]
    assert wheel.name == f"jupyterlab_switchyard-{version}-py3-none-any.whl"
