"""Writes fixtures/safetensors.json: a file that Python's safetensors wrote, and what it reads in a file of kernel-lib.

Run with numpy and safetensors installed and kernel-lib built: python test/parity/make_safetensors.py
"""

import base64
import json
import subprocess
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

ROOT = Path(__file__).parents[2]
FIXTURE = Path(__file__).parent / "fixtures" / "safetensors.json"

TENSORS = {
    "layers.0.weight": np.array([[1.5, -2.25, 0.0], [3e-7, 1e20, -0.1]], dtype=np.float32),
    "counts": np.array([7, -1, 2**31 - 1], dtype=np.int32),
    "scalar": np.array(0.1, dtype=np.float32),
    "empty": np.zeros((0, 4), dtype=np.float32),
}
METADATA = {"step": "12", "note": "ä ✓"}

# Reads the tensors as JSON from its input and prints the file's bytes in base64.
ENCODE = """
const { io } = require('./kernel-lib');
const { tensors, metadata } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const typed = { float32: Float32Array, int32: Int32Array };
const entries = Object.entries(tensors).map(([name, t]) => [name, { shape: t.shape, values: new typed[t.dtype](t.values) }]);
process.stdout.write(Buffer.concat(io.encodeSafetensors({ tensors: new Map(entries), metadata })).toString('base64'));
"""


def describe(tensors):
    return {
        name: {"dtype": str(value.dtype), "shape": list(value.shape), "values": value.flatten().tolist()}
        for name, value in tensors.items()
    }


def main():
    expected = {"tensors": describe(TENSORS), "metadata": METADATA}
    encoded = subprocess.run(
        ["node", "-e", ENCODE], input=json.dumps(expected), cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    fixture = {
        "safetensors": safetensors.__version__,
        **expected,
        "pythonFile": base64.b64encode(safetensors.numpy.save(TENSORS, METADATA)).decode(),
        "ourFile": encoded,
        "readByPython": describe(safetensors.numpy.load(base64.b64decode(encoded))),
    }
    FIXTURE.write_text(json.dumps(fixture, indent=1) + "\n")


main()
