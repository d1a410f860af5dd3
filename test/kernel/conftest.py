"""A kernelspec of this working tree, and kernels started from it."""

import json
import os
from pathlib import Path

import pytest
from client import started

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = ROOT / "kernel-lib" / "dist" / "kernel" / "launcher.js"
KERNEL_NAME = "switchyard-test"


@pytest.fixture(scope="session", autouse=True)
def kernelspec(tmp_path_factory):
    data = tmp_path_factory.mktemp("jupyter")
    folder = data / "kernels" / KERNEL_NAME
    folder.mkdir(parents=True)
    spec = {
        "argv": ["node", str(LAUNCHER), "{connection_file}"],
        "display_name": "TypeScript (Switchyard)",
        "language": "typescript",
        "interrupt_mode": "message",
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = str(data)
    yield KERNEL_NAME
    if before is None:
        del os.environ["JUPYTER_PATH"]
    else:
        os.environ["JUPYTER_PATH"] = before


@pytest.fixture(scope="module")
def kernel(kernelspec, tmp_path_factory):
    """One kernel for the tests of a file, in an empty folder."""
    with started(kernelspec, tmp_path_factory.mktemp("notebook")) as running:
        yield running


@pytest.fixture
def fresh_kernel(kernelspec, tmp_path):
    """A kernel for one test, in an empty folder."""
    with started(kernelspec, tmp_path) as running:
        yield running
