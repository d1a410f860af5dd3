"""The table of short notebooks, in the kernel, and those that are plain JavaScript in Node's own prompt beside it."""

import pytest
from client import started
from prompt import in_prompt
from table import areas, notebooks
from tableFolder import write_folder

TABLE = {area: notebooks(area) for area in areas()}
ALL = [notebook for area in TABLE.values() for notebook in area]


@pytest.fixture(scope="module", params=TABLE)
def session(request, kernelspec, tmp_path_factory):
    """One kernel for the notebooks of an area: names of earlier ones are in the way, as in a long session."""
    folder = write_folder(tmp_path_factory.mktemp("table"))
    with started(kernelspec, folder) as running:
        yield request.param, running


def test_the_notebooks_of_an_area_show_what_they_should(session, subtests):
    area, kernel = session
    for notebook in TABLE[area]:
        with subtests.test(str(notebook)):
            run(kernel, notebook)


def run(session, notebook):
    for cell in notebook.cells:
        outcome = session.run(cell.source)
        failure = "" if outcome.status == "ok" else f"{outcome.error['ename']}: {outcome.error['evalue']}"
        shown = {
            "printed": outcome.text().splitlines(),
            "value": (outcome.result or "").splitlines(),
            "failure": failure[: len(cell.failure[0])] if cell.failure else failure,
        }
        expected = {"printed": cell.printed, "value": cell.value, "failure": cell.failure[0] if cell.failure else ""}
        assert shown == expected, f"{cell.source}\n{failure}"
        assert all(line in outcome.text("stderr") for line in cell.errors)
        assert bool(cell.errors) or outcome.text("stderr") == ""


def test_nodes_prompt_gives_the_same():
    plain = [notebook for notebook in ALL if not notebook.typescript]
    cells = [[cell.source for cell in notebook.cells] for notebook in plain]
    wrong = []
    for notebook, results in zip(plain, in_prompt(cells), strict=True):
        for cell, result in zip(notebook.cells, results, strict=True):
            failure = "\n".join(cell.failure)
            same = (
                # Where the last statement has no value, the prompt shows the one of a statement before it.
                (not cell.value or result.get("value", "").splitlines() == cell.value)
                and result.get("failure", "")[: len(failure)] == failure
                and (bool(failure) or "failure" not in result)
                and result["printed"].splitlines() == cell.printed
            )
            if not same:
                wrong.append((str(notebook), cell.source, cell.value, failure, result))
    assert not wrong
    assert len(plain) >= 100


def test_the_table_is_as_large_as_it_should_be():
    assert len(ALL) >= 150
    assert set(TABLE) >= {"names", "types", "classes", "async", "imports", "errors", "output", "rerun"}
