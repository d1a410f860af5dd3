"""The Python side of this working tree, the contract's schema, and NumPy from the tests' own tools."""

import importlib
import json
import sys

import pytest
from jsonschema import Draft7Validator
from spec import ROOT
from tools import install_tools

sys.path.insert(0, str(ROOT / "extension"))
SCHEMA = ROOT / "kernel-lib" / "schema" / "switchyard.v1.schema.json"


@pytest.fixture(scope="session")
def valid():
    """Checks a payload against the schema and its size in bytes, and returns it."""
    validator = Draft7Validator(json.loads(SCHEMA.read_text()))

    def check(payload, most=64 * 1024):
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        errors = [f"{list(error.absolute_path)}: {error.message[:200]}" for error in validator.iter_errors(payload)]
        assert errors == []
        assert len(text.encode()) <= most
        return payload

    return check


@pytest.fixture(scope="session")
def numpy():
    folder = str(install_tools())
    if folder not in sys.path:
        # Behind all others: only what the environment lacks comes from there.
        sys.path.append(folder)
    return importlib.import_module("numpy")


@pytest.fixture(params=["lists", "numpy"])
def array(request):
    """Makes an array of nested lists."""
    if request.param == "lists":
        return lambda values: values
    return request.getfixturevalue("numpy").array


@pytest.fixture
def unmeasured(monkeypatch):
    """Runs without scalars of the machine, which no two have alike."""
    from jupyterlab_switchyard.watching.machine import MachineMeter

    monkeypatch.setattr(MachineMeter, "step", lambda self: {})
