"""What the make_*.py scripts share: a case is a function of named tensors, its value, and its gradients.

Run a script with PyTorch installed (the version is written into the fixture): python test/parity/make_ops.py
"""

import json
from pathlib import Path

import torch

FOLDER = Path(__file__).parent / "fixtures"


def random(seed):
    """Returns a function that draws normal tensors of a shape, the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    return lambda *shape: torch.randn(shape, generator=generator)


def case(name, function, inputs, constants=None, options=None):
    """Runs `function(**inputs, **constants)`; the gradients are those of sum(output * cotangent) for `inputs`."""
    constants = constants or {}
    leaves = {key: value.detach().clone().requires_grad_() for key, value in inputs.items()}
    output = function(**leaves, **constants)
    cotangent = random(len(name))(*output.shape)
    gradients = torch.autograd.grad((output * cotangent).sum(), list(leaves.values()))
    return {
        "name": name,
        "options": options or {},
        "inputs": pack_all(inputs),
        "constants": pack_all(constants),
        "cotangent": pack(cotangent),
        "output": pack(output),
        "gradients": pack_all(dict(zip(leaves, gradients))),
    }


def write(name, cases, peer=f"torch {torch.__version__}"):
    """Writes fixtures/<name>.json, one case a line."""
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    text = '{"peer":"%s","cases":[\n%s\n]}\n' % (peer, lines)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(text)


def pack_all(tensors):
    return {key: pack(value) for key, value in tensors.items()}


def pack(tensor):
    tensor = tensor.detach().contiguous()
    if tensor.is_floating_point():
        # The shortest decimals that give the same float32 again.
        values = [float(str(value)) for value in tensor.float().flatten().numpy()]
        return {"dtype": "float32", "shape": list(tensor.shape), "values": values}
    return {"dtype": "int32", "shape": list(tensor.shape), "values": tensor.flatten().tolist()}
