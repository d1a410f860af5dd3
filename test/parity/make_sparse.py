"""Writes fixtures/sparse.json: masks and weights of one layer as Wanda and SparseGPT make them, computed with torch from the papers' formulas.

python test/parity/make_sparse.py, in an environment with torch.

Of equal scores, and of counts that are not whole, there are none here: every share divides what it is a share of. The threshold is the
count, so that no weight too many goes (the authors' `<=` takes one more).
"""

import json
from importlib.metadata import version
from pathlib import Path

import torch

FIXTURE = Path(__file__).parent / "fixtures" / "sparse.json"
OUTPUTS, INPUTS, ROWS = 6, 16, 40
DAMPING = 0.01


def lowest(scores, count):
    """True where one of the `count` lowest scores of each row is."""
    mask = torch.zeros_like(scores, dtype=torch.bool)
    mask.scatter_(1, scores.topk(count, dim=1, largest=False).indices, True)
    return mask


def wanda(weight, x, sparsity):
    scores = weight.abs() * x.pow(2).mean(0).sqrt()
    return lowest(scores, round(sparsity * INPUTS))


def wanda_pattern(weight, x, n, m):
    scores = weight.abs() * x.pow(2).mean(0).sqrt()
    return lowest(scores.reshape(-1, m), m - n).reshape(weight.shape)


def sparse_gpt(weight, x, block, sparsity=None, pattern=None):
    weight, hessian = weight.clone(), 2 / len(x) * x.T @ x
    dead = hessian.diagonal() == 0
    hessian[dead, dead] = 1
    weight[:, dead] = 0
    hessian += DAMPING * hessian.diagonal().mean() * torch.eye(INPUTS, dtype=x.dtype)
    factor = torch.linalg.cholesky(torch.linalg.inv(hessian), upper=True)
    mask = torch.zeros_like(weight, dtype=torch.bool)
    for begin in range(0, INPUTS, block):
        end = begin + block
        scores = weight[:, begin:end] ** 2 / factor.diagonal()[begin:end] ** 2
        if sparsity is not None:
            flat = lowest(scores.reshape(1, -1), round(sparsity * scores.numel()))
            mask[:, begin:end] = flat.reshape(scores.shape)
        for i in range(begin, end):
            if pattern is not None and (i - begin) % pattern[1] == 0:
                n, m = pattern
                own = weight[:, i : i + m] ** 2 / factor.diagonal()[i : i + m] ** 2
                mask[:, i : i + m] = lowest(own, m - n)
            left = torch.where(mask[:, i], 0.0, weight[:, i])
            error = (weight[:, i] - left) / factor[i, i]
            # The authors put this off to the end of a block; the sums are the same.
            weight[:, i:] -= error[:, None] * factor[i, i:]
            weight[:, i] = left
    return weight, mask


def case(name, weight, mask):
    # As our layers hold them: [in, out].
    return {"name": name, "weight": weight.T.tolist(), "kept": (~mask).int().T.tolist()}


if __name__ == "__main__":
    torch.manual_seed(1)
    x = (torch.randn(ROWS, INPUTS) @ torch.randn(INPUTS, INPUTS) * 0.5 + torch.randn(INPUTS)).double()
    x[:, 5] = 0
    weight = torch.randn(OUTPUTS, INPUTS).double()
    masked = wanda(weight, x, 0.5), wanda_pattern(weight, x, 2, 4)
    cases = [
        case("wanda, 50 %", weight * ~masked[0], masked[0]),
        case("wanda, 2:4", weight * ~masked[1], masked[1]),
        case("sparseGpt, 50 %", *sparse_gpt(weight, x, 4, sparsity=0.5)),
        case("sparseGpt, 75 %, one block", *sparse_gpt(weight, x, 16, sparsity=0.75)),
        case("sparseGpt, 2:4", *sparse_gpt(weight, x, 8, pattern=(2, 4))),
    ]
    peers = {"torch": version("torch")}
    record = {"peers": peers, "inputs": x.tolist(), "weight": weight.T.tolist(), "cases": cases}
    FIXTURE.write_text(json.dumps(record, indent=1) + "\n")
