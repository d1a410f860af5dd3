"""Notebooks for the tests of saved analyses, and the command that runs them."""

import subprocess

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from spec import KERNEL_NAME, ROOT

ENVIRONMENT = "application/vnd.switchyard.environment.v1+json"
PAYLOAD = "application/vnd.switchyard.v1+json"


def switchyard(*words, code=0, env=None):
    command = ["node", str(ROOT / "kernel-lib" / "bin" / "switchyard.js"), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def cell(source, *tags):
    return new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def save(path, *cells, **rules):
    """Writes a notebook that has not run."""
    notebook = new_notebook(cells=list(cells))
    notebook.metadata["kernelspec"] = {"name": KERNEL_NAME, "display_name": "TypeScript", "language": "typescript"}
    if rules:
        notebook.metadata["switchyard"] = rules
    nbformat.write(notebook, path)
    return path


def change(path, edit):
    notebook = nbformat.read(path, as_version=4)
    edit(notebook)
    nbformat.write(notebook, path)


def printed(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream")


def outputs(path):
    return [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", [])]
