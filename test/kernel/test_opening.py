"""Opening a notebook, which starts its kernel, runs nothing of the notebook's folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from client import started
from spec import ROOT

SPEC = ROOT / "extension" / "jupyterlab_switchyard" / "kernelspec" / "kernel.json"
# Ours, and the others that are installed beside it.
PYTHONS = [Path(sys.executable), *sorted(Path(sys.base_prefix).parent.glob("*3.1[0-9]*/bin/python3"))]
# What Python could import of the folder instead of its own, or of ours.
MODULES = [
    *("subprocess", "os", "re", "shutil", "pathlib", "typing", "importlib", "json", "sys", "signal", "sitecustomize", "usercustomize"),
    "jupyterlab_switchyard",
]
SAYS = """const fs = require('fs'); fs.writeFileSync(require('path').join(process.cwd(), 'ran-%s'), '');"""


@pytest.fixture
def hostile(tmp_path):
    """A stranger's folder: whatever of it runs leaves a file `ran-...` in it."""
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / f'ran-{name}')!r}, 'w').close()\n")
    launcher = tmp_path / "node_modules" / "@switchyard" / "kernel-lib" / "dist" / "kernel" / "launcher.js"
    launcher.parent.mkdir(parents=True)
    launcher.write_text(SAYS % "launcher")
    typescript = tmp_path / "node_modules" / "typescript"
    typescript.mkdir()
    ours = json.dumps(str(ROOT / "node_modules" / "typescript"))
    (typescript / "package.json").write_text(json.dumps({"name": "typescript", "version": "5.8.99", "main": "a.js"}))
    (typescript / "a.js").write_text(f"{SAYS % 'typescript'} module.exports = require({ours});")
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / ".npmrc").write_text(f"prefix={tmp_path}\n")
    return tmp_path


def ran(folder):
    return sorted(path.name for path in folder.glob("ran-*"))


def test_a_kernel_that_starts_runs_nothing_of_the_folder(hostile):
    with started("switchyard", hostile) as kernel:
        assert kernel.reply(kernel.send("kernel_info_request", {}))["content"]["status"] == "ok"
        completion = kernel.reply(kernel.send("complete_request", {"code": "Math.fro", "cursor_pos": 8}))["content"]
        assert "fround" in completion["matches"]
        assert ran(hostile) == []
        # The first cell is the reader's doing, and is checked by the TypeScript that its folder has.
        assert kernel.ok("1 + 1").result == "2"
        assert ran(hostile) == ["ran-typescript"]


def launched(python, folder, **variables):
    """What Node is asked to run where a Python starts the kernel in a folder."""
    (wheel,) = (ROOT / ".switchyard" / "wheel").glob("*.whl")
    node = folder.parent / "echo-node"
    node.write_text('#!/bin/sh\nif [ "$1" = --version ]; then echo v20.19.0; else echo "launched $1"; fi\n')
    node.chmod(0o755)
    words = [python, *json.loads(SPEC.read_text())["argv"][1:-1], "connection.json"]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(wheel), "SWITCHYARD_NODE": str(node), **variables}
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("python", PYTHONS, ids=lambda python: python.parts[-3])
def test_no_python_imports_a_module_beside_the_notebook(python, hostile):
    said = launched(python, hostile, SWITCHYARD_KERNEL_LIB=str(ROOT / "kernel-lib"))
    assert said == f"launched {ROOT / 'kernel-lib' / 'dist' / 'kernel' / 'launcher.js'}\n"
    assert ran(hostile) == []


def test_the_kernel_is_not_taken_from_the_folder_of_the_notebook(hostile):
    said = launched(sys.executable, hostile, PATH=f".:{os.environ['PATH']}", HOME=str(hostile.parent))
    assert "@switchyard/kernel-lib was not found: set SWITCHYARD_KERNEL_LIB" in said
    assert ran(hostile) == []


def test_a_typescript_of_the_folder_that_does_not_load_is_the_error_of_the_cell(hostile):
    (hostile / "node_modules" / "typescript" / "a.js").write_text("throw new Error('not a compiler');")
    with started("switchyard", hostile) as kernel:
        outcome = kernel.run("1 + 1")
        assert outcome.reply["content"]["evalue"] == "not a compiler"
        assert outcome.error["evalue"] == "not a compiler"
