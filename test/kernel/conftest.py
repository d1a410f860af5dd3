"""Kernelspecs of this working tree, and kernels started from it."""

import os
import subprocess

import pytest
from client import started
from ports import use_own_ports
from spec import KERNEL_NAME, ROOT, TSLAB_NAME, write_kernelspec, write_tslab_kernelspec
from tools import NODES, node_folder

__all__ = ["KERNEL_NAME", "ROOT", "TSLAB_NAME"]


def pytest_addoption(parser):
    parser.addoption("--node", choices=sorted(NODES), help="run on this Node, fetched from npm, and not on the installed one")


#: Those that take longest, which begin first so that no worker of two is left alone with one at the end.
LONGEST = ["test_packaging.py", "test_saved.py", "test_kernel_random.py", "test_tools.py", "test_kernel_table.py", "test_display.py", "test_torch.py"]


def pytest_configure(config):
    use_own_ports(os.environ.get("PYTEST_XDIST_WORKER"))
    major = config.getoption("node")
    if major is not None:
        os.environ["PATH"] = os.pathsep.join([str(node_folder(major)), os.environ["PATH"]])


def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


def pytest_report_header():
    return "node " + subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="session", autouse=True)
def kernelspec(tmp_path_factory):
    data = tmp_path_factory.mktemp("jupyter")
    name = write_kernelspec(data)
    write_tslab_kernelspec(data)
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = str(data)
    yield name
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
