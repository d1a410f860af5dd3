"""Saved analyses in the hands of other projects' tools, the real ones: papermill, nbconvert, nbdime, jupytext, RO-Crate."""

import base64
import hashlib
import json
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from saved import ENVIRONMENT, PAYLOAD, cell, change, outputs, printed, save, switchyard
from tools import Tools, install_tools

SVG = "image/svg+xml"
PARAMETERS = "const steps = 6; // of the training\nconst name: string = 'plain';\nconst widths = [8, 16];"
TRAIN = """\
import { data, models, routers, show, train } from '@switchyard/kernel-lib';
const text = data.fromStrings({ prose: ['the quick brown fox jumps', 'over the lazy dog again'] });
const model = models.moeTransformer({ layers: 1, width: 16, contextLength: 8, experts: 4, router: routers.topK({ k: 2 }) });
const options = { seed: 1, batchSize: 2, evaluateEvery: 0, checkpoint: { path: 'runs/first' } };
const result = await train.fit(model, text, { steps, ...options, watch: show.routing() });"""
PRINT = "console.log(name, JSON.stringify(widths), result.losses.length);\nwidths.length"


@pytest.fixture(scope="session")
def tools():
    return Tools(install_tools())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("analysis")


@pytest.fixture(scope="module")
def source(folder):
    """A notebook that has not run."""
    heading = new_markdown_cell("# Six steps\n\nA small\ntraining.\n\nMore of it.")
    record = cell("show.environment({ seeds: { training: 1 }, data: { text } });")
    return save(folder / "analysis.ipynb", heading, cell(PARAMETERS, "parameters"), cell(TRAIN), cell(PRINT), record)


@pytest.fixture(scope="module")
def run(source, folder):
    out = folder / "run.ipynb"
    switchyard("run", source, "-o", out)
    return out


@pytest.fixture(scope="module")
def by_papermill(source, folder, tools, run):
    """Another run, with parameters that papermill puts in; and what papermill said."""
    out = folder / "papermill.ipynb"
    values = """{name: 'it''s "new"', widths: [4, 2.5, -1], stps: 3}"""
    said = tools("papermill", source, out, "-p", "steps", "9", "-y", values, "--cwd", folder, cwd=folder)
    return out, said


def test_papermill_gives_typed_parameters_and_warns_of_unknown_ones(by_papermill):
    out, said = by_papermill
    notebook = nbformat.read(out, as_version=4)
    assert printed(notebook) == 'it\'s "new" [4,2.5,-1] 9\n'
    assert notebook.cells[2].metadata.tags == ["injected-parameters"]
    assert "const steps: number = 9;" in notebook.cells[2].source
    assert "const widths: number[] = [4, 2.5, -1];" in notebook.cells[2].source
    assert said.count("unknown parameter") == 1
    assert "Passed unknown parameter: stps" in said


def test_papermill_tells_what_a_notebook_takes(source, folder, tools):
    said = tools("papermill", "--help-notebook", source, cwd=folder)
    assert "steps: Unknown type (default 6)" in said
    assert "of the training" in said
    assert "name: string (default 'plain')" in said
    assert "widths: Unknown type (default [8, 16])" in said


def test_typescript_refuses_a_parameter_of_another_type(source, folder, tools):
    out = folder / "refused.ipynb"
    said = tools("papermill", source, out, "-p", "steps", "many", "--cwd", folder, cwd=folder, code=None)
    assert "PapermillExecutionError" in said
    assert "Type 'string' is not assignable to type 'number'" in said


NUMPY = """
import numpy as np
import papermill
from jupyterlab_switchyard.papermill_translator import TypeScriptTranslator
print(TypeScriptTranslator.codify({"rate": np.float64(0.1), "n": np.int64(3), "on": np.bool_(True), "all": np.array([1.5, 2.0])}))
"""


def test_numbers_of_numpy_are_numbers(folder, tools):
    said = tools(sys.executable, "-c", NUMPY, cwd=folder)
    assert "const rate: number = 0.1;\nconst n: number = 3;\nconst on: boolean = true;\nconst all: number[] = [1.5, 2.0];" in said


class Page(HTMLParser):
    """Pictures and text of a page; scripts and styles are neither."""

    def __init__(self, html):
        super().__init__()
        self.pictures, self.text, self.hidden = [], "", 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("script", "style")
        source = dict(attrs).get("src") or ""
        if tag == "img" and source.startswith(f"data:{SVG};base64,"):
            self.pictures.append(ElementTree.fromstring(base64.b64decode(source.partition(",")[2])))

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data):
        self.text += "" if self.hidden else data


def page(notebook, tools):
    tools(sys.executable, "-m", "nbconvert", "--to", "html", notebook.name, cwd=notebook.parent)
    return Page(notebook.with_suffix(".html").read_text())


def test_nbconvert_shows_pictures_and_text(run, tools):
    shown = page(run, tools)
    (picture,) = shown.pictures
    assert picture.find("{*}title").text == "transformer, top-k 2 of 4: step 6 of 6, finished"
    assert "layers.0.moe" in "".join(picture.itertext())
    # A heat map: a rectangle for each expert at least.
    assert len(picture.findall(".//{*}rect")) >= 4
    assert "plain [8,16] 6" in shown.text
    assert "Six steps" in shown.text
    assert "training 1" in shown.text


def test_viewers_that_know_standard_types_only_miss_nothing(run, folder, tools):
    shown = [output for output in outputs(run) if output.output_type in ("display_data", "execute_result")]
    assert all(output.data["text/plain"] for output in shown)
    assert [SVG in output.data for output in shown if PAYLOAD in output.data] == [True]
    plain = folder / "plain.ipynb"
    shutil.copy(run, plain)

    def strip(notebook):
        for output in [output for cell in notebook.cells for output in cell.get("outputs", [])]:
            for kind in [kind for kind in output.get("data", {}) if kind.startswith("application/")]:
                del output.data[kind]

    change(plain, strip)
    before, after = page(run, tools), page(plain, tools)
    # Less the page's title, the notebook's name.
    assert after.text.split()[1:] == before.text.split()[1:]
    assert [ElementTree.tostring(p) for p in after.pictures] == [ElementTree.tostring(p) for p in before.pictures]


def nbdiff(tools, old, new):
    return switchyard("diff", old, new, "--no-color", env=tools.env).strip()


def test_nbdime_shows_what_differs_and_nothing_else(source, run, by_papermill, folder, tools):
    again = folder / "again.ipynb"
    switchyard("run", source, "-o", again)
    assert nbdiff(tools, run, again) == ""
    switchyard("run", source, "-p", "steps=7", "-o", again)
    said = nbdiff(tools, run, again)
    assert "-transformer, top-k 2 of 4: step 6 of 6, finished\n+transformer, top-k 2 of 4: step 7 of 7, finished\n" in said
    assert "-plain [8,16] 6\n+plain [8,16] 7" in said.replace("-  ", "-").replace("+  ", "+")
    assert "+      const steps: number = 7;" in said
    assert "runId" not in said
    assert len(said.splitlines()) < 60


def test_jupytext_pairs_a_notebook_with_a_ts_file(run, folder, tools):
    paired, script = folder / "paired.ipynb", folder / "paired.ts"
    shutil.copy(run, paired)
    before = nbformat.read(run, as_version=4)
    tools("jupytext", "--set-formats", "ipynb,ts:percent", paired, cwd=folder)
    text = script.read_text()
    assert "//     name: switchyard-test\n" in text
    assert '// %% tags=["parameters"]\nconst steps = 6;' in text
    assert "// # Six steps" in text
    # Nothing is commented out as a command of another kernel: the file is the code.
    assert TRAIN in text
    script.write_text(text.replace("const steps = 6;", "const steps = 7;"))
    tools("jupytext", "--sync", script, cwd=folder)
    after = nbformat.read(paired, as_version=4)
    change_of_source = {i: c.source for i, c in enumerate(after.cells) if c.source != before.cells[i].source}
    assert change_of_source == {1: PARAMETERS.replace("6", "7", 1)}
    assert [c.get("outputs") for c in after.cells[2:]] == [c.get("outputs") for c in before.cells[2:]]
    tools("jupytext", "--to", "notebook", "-o", "back.ipynb", script, cwd=folder)
    back = nbformat.read(folder / "back.ipynb", as_version=4)
    assert [(c.cell_type, c.source, c.metadata) for c in back.cells] == [(c.cell_type, c.source, c.metadata) for c in after.cells]
    assert back.metadata.kernelspec == before.metadata.kernelspec


def validate(tools, crate, code=0):
    cache = crate.parent / "cache"
    if not cache.with_suffix(".sqlite").exists():
        tools(sys.executable, Path(__file__).with_name("rocrate_context.py"), cache, cwd=crate.parent)
    words = ["-y", "--disable-color", "validate", "-p", "ro-crate-1.3", "--offline", "--cache-path", cache, "-v", "--no-paging"]
    return tools("rocrate-validator", *words, crate, cwd=crate.parent, code=code)


def test_export_writes_a_crate_that_the_validator_accepts(run, folder, tools):
    crate = folder / "crate"
    said = switchyard("export", run, "-o", crate, "-l", "https://spdx.org/licenses/CC-BY-4.0")
    assert "the checkpoint runs/first (step " in said
    assert "[OK] RO-Crate is a valid ro-crate-1.3" in validate(tools, crate)
    graph = {entity["@id"]: entity for entity in json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]}
    assert graph["./"]["name"] == "Six steps"
    assert graph["./"]["description"] == "A small training."
    # Every file is there, in the crate and in its metadata, with its hash.
    files = {path.relative_to(crate).as_posix() for path in crate.rglob("*") if path.is_file()} - {"ro-crate-metadata.json"}
    described = {name for name, entity in graph.items() if "File" in entity["@type"]}
    assert files == described
    assert {"run.ipynb", "environment.json", "runs/first/checkpoint.json"} < files
    for name in files:
        assert graph[name]["sha256"] == hashlib.sha256((crate / name).read_bytes()).hexdigest()
    (record,) = [output.data[ENVIRONMENT] for output in outputs(run) if ENVIRONMENT in output.get("data", {})]
    assert json.loads((crate / "environment.json").read_text()) == record
    assert graph["#data-text"]["sha256"] == record["data"]["text"]
    assert graph["#software-tslab"]["version"] == record["versions"]["tslab"]
    # The validator can say no.
    (crate / "environment.json").unlink()
    assert "environment.json" in validate(tools, crate, code=None)


def test_export_refuses_what_it_cannot_describe(source, run, folder):
    assert "has no environment record" in switchyard("export", source, "-o", folder / "none", code=1)
    assert not (folder / "none").exists()
    assert "holds no whole checkpoint" in switchyard("export", run, "-o", folder / "none", "-c", folder, code=2)
    (folder / "taken").mkdir()
    assert "is there already" in switchyard("export", run, "-o", folder / "taken", code=2)
    assert list((folder / "taken").iterdir()) == []
