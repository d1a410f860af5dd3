"""Programs that run notebooks see what happened."""

import nbformat
import pytest
from conftest import KERNEL_NAME
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def execute(tmp_path, *cells, **options):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    client = NotebookClient(notebook, kernel_name=KERNEL_NAME, resources={"metadata": {"path": str(tmp_path)}}, **options)
    return notebook, client


def test_nbclient_saves_the_last_of_what_a_display_showed(tmp_path):
    notebook, client = execute(
        tmp_path,
        "import * as tslab from 'tslab';\nconst d = tslab.newDisplay(); d.text('1'); d.text('2'); console.log('out'); 5",
        "await new Promise((r) => setTimeout(r, 10)); d.text('3')",
    )
    client.execute()
    outputs = notebook.cells[0].outputs
    assert [o.output_type for o in outputs] == ["display_data", "stream", "execute_result"]
    assert outputs[0].data["text/plain"] == "3"
    assert (outputs[1].text, outputs[2].data["text/plain"]) == ("out\n", "5")
    assert [c.execution_count for c in notebook.cells] == [1, 2]
    assert notebook.metadata.language_info.pygments_lexer == "typescript"


def test_nbclient_reports_an_error_with_its_name_and_place(tmp_path):
    notebook, client = execute(tmp_path, "const f = () => { throw new RangeError('too far'); };\nf()", "1")
    with pytest.raises(CellExecutionError) as raised:
        client.execute()
    assert (raised.value.ename, raised.value.evalue) == ("RangeError", "too far")
    (error,) = notebook.cells[0].outputs
    assert "Cell [1], line 1" in "\n".join(error.traceback)
    assert not notebook.cells[1].outputs
