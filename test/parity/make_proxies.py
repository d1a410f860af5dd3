"""Writes fixtures/proxies.json: zero-cost proxies of three small networks, from their definitions and torch's own derivatives in float64, with their weights.

python test/parity/make_proxies.py, in an environment with torch.
"""

import json
from importlib.metadata import version
from pathlib import Path

import torch
import torch.nn.functional as F

FIXTURE = Path(__file__).parent / "fixtures" / "proxies.json"
BATCH = 6
NETWORKS = {
    "regression, relu": {"activation": "relu", "widths": [4, 8, 1], "classes": False},
    "regression, gelu": {"activation": "gelu", "widths": [3, 6, 5, 2], "classes": False},
    "classification, silu": {"activation": "silu", "widths": [5, 7, 6, 4], "classes": True},
}


def forward(weights, biases, activation, x, outputs=None):
    for i, (weight, bias) in enumerate(zip(weights, biases)):
        x = x @ weight + bias
        if outputs is not None:
            x.retain_grad()
            outputs.append(x)
        if i + 1 < len(weights):
            x = getattr(F, activation)(x)
    return x


def finite(value):
    # None where two samples have one code: the determinant is 0.
    return float(value) if torch.isfinite(value) and value > -20 else None


def codes(weights, biases, activation, x):
    # Of each sample 1 where a unit's value before its nonlinearity is above 0.
    found = []
    for weight, bias in list(zip(weights, biases))[:-1]:
        x = x @ weight + bias
        found.append((x > 0).double())
        x = getattr(F, activation)(x)
    return torch.cat(found, 1)


def normed(weights, biases, activation, x):
    # With a batch norm of its own statistics before each nonlinearity; the sum of the logarithms of what the norms divide by.
    scale = 0
    for i, (weight, bias) in enumerate(zip(weights, biases)):
        x = x @ weight + bias
        if i + 1 < len(weights):
            scale += 0.5 * x.var(0, unbiased=False).mean().log()
            x = getattr(F, activation)(F.batch_norm(x, None, None, training=True))
    return x, scale


ALPHA = 0.01


def zen(weights, biases, activation, x, noise):
    moved = forward(weights, biases, activation, x + ALPHA * noise)
    plain = (forward(weights, biases, activation, x) - moved).abs().sum(1).mean().log()
    features, scale = normed(weights, biases, activation, x)
    moved, _ = normed(weights, biases, activation, x + ALPHA * noise)
    return {"zen": float(plain.detach()), "zenNormed": float(((features - moved).abs().sum(1).mean().log() + scale).detach())}


def proxies(weights, biases, activation, x, y, classes, noise):
    parameters = [*weights, *biases]

    def loss_of(rows, targets, outputs=None):
        said = forward(weights, biases, activation, rows, outputs)
        return F.cross_entropy(said, targets) if classes else F.mse_loss(said, targets)

    loss = loss_of(x, y)
    gradients = torch.autograd.grad(loss, parameters, create_graph=True)
    product = sum((g * g.detach()).sum() for g in gradients)
    hessian = torch.autograd.grad(product, parameters, retain_graph=True)
    outputs = []
    loss_of(x, y, outputs).backward()
    fisher = sum(0.5 * (a * a.grad).square().mean(0).sum() for a in outputs)
    single = [torch.autograd.grad(loss_of(x[i : i + 1], y[i : i + 1]), parameters) for i in range(BATCH)]
    zico = 0
    for p in range(len(parameters)):
        sizes = torch.stack([of[p].abs() for of in single])
        deviation = sizes.std(0, unbiased=False)
        ratios = (sizes.mean(0) / deviation)[deviation > 0]
        zico += float(ratios.sum().log()) if ratios.numel() and ratios.sum() > 0 else 0
    magnitudes = [[each.detach().abs().requires_grad_() for each in of] for of in (weights, biases)]
    flow = forward(*magnitudes, activation, torch.ones(1, x.shape[1], dtype=torch.float64)).sum()
    flows = torch.autograd.grad(flow, [*magnitudes[0], *magnitudes[1]])
    inputs = x.clone().requires_grad_()
    (rows,) = torch.autograd.grad(forward(weights, biases, activation, inputs).sum(), inputs)
    eigenvalues = torch.linalg.eigvalsh(torch.corrcoef(rows)).clamp(min=0) + 1e-5
    code = codes(weights, biases, activation, x)
    return {
        **zen(weights, biases, activation, x, noise),
        "naswot": finite(torch.linalg.slogdet(code @ code.T + (1 - code) @ (1 - code).T)[1]),
        "gradNorm": float(sum(g.norm() for g in gradients).detach()),
        "snip": float(sum((g * p).abs().sum() for g, p in zip(gradients, parameters)).detach()),
        "grasp": float(-sum((p * h).sum() for p, h in zip(parameters, hessian)).detach()),
        "fisher": float(fisher.detach()),
        "gradSign": float(sum(sum(of[p].sign() for of in single).abs().sum() for p in range(len(parameters)))),
        "zico": zico,
        "synflow": float(sum((p * g).sum() for p, g in zip([*magnitudes[0], *magnitudes[1]], flows)).detach()),
        "jacobianCovariance": float(-(eigenvalues.log() + 1 / eigenvalues).sum()),
    }


def network(seed, activation, widths, classes):
    generator = torch.Generator().manual_seed(seed)
    normal = lambda *shape: torch.randn(*shape, generator=generator).double()
    # Numbers that 32 bits hold exactly.
    weights = [(normal(a, b) / a**0.5).float().double().requires_grad_() for a, b in zip(widths, widths[1:])]
    biases = [(0.1 * normal(b)).float().double().requires_grad_() for b in widths[1:]]
    x = normal(BATCH, widths[0]).float().double()
    y = torch.arange(BATCH) % widths[-1] if classes else normal(BATCH, widths[-1]).float().double()
    # Drawn last, so that all before is as it was.
    noise = normal(BATCH, widths[0]).float().double()
    return {
        "noise": noise.tolist(),
        "activation": activation,
        "widths": widths,
        "weights": [each.tolist() for each in weights],
        "biases": [each.tolist() for each in biases],
        "inputs": x.tolist(),
        **({"labels": y.tolist()} if classes else {"targets": y.tolist()}),
        "scores": proxies(weights, biases, activation, x, y, classes, noise),
    }


networks = {name: network(seed, **options) for seed, (name, options) in enumerate(NETWORKS.items())}
FIXTURE.write_text(json.dumps({"torch": version("torch").split("+")[0], "networks": networks}) + "\n")
