"""Real PyTorch models, in the Python that SWITCHYARD_TORCH_PYTHON names, or else in an environment made for it."""

import json
import os
import re
import subprocess
from importlib.metadata import distribution
from pathlib import Path

import pytest
from tools import torch_python

CHECKS = Path(__file__).with_name("torch_checks.py")
NAMES = re.findall(r"^def check_(\w+)", CHECKS.read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    python = os.environ.get("SWITCHYARD_TORCH_PYTHON") or torch_python()
    # The version, which that Python need not have installed.
    metadata = tmp_path_factory.mktemp("metadata") / "jupyterlab_switchyard.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(distribution("jupyterlab-switchyard").read_text("METADATA"))
    env = {**os.environ, "PYTHONPATH": str(metadata.parent)}
    done = subprocess.run([python, str(CHECKS)], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", NAMES)
def test_real_models(name, results):
    assert results[f"check_{name}"] is None, results[f"check_{name}"]
