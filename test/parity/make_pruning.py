"""Writes fixtures/pruning.json: importance of hidden neurons and channels of small networks as Torch-Pruning gives it, with their weights.

python test/parity/make_pruning.py, in an environment with torch and torch-pruning.
"""

import json
from importlib.metadata import version
from pathlib import Path

import torch
import torch_pruning as tp

FIXTURE = Path(__file__).parent / "fixtures" / "pruning.json"
WIDTH, HIDDEN = 4, 6


class FeedForward(torch.nn.Module):
    def __init__(self, gated):
        super().__init__()
        self.w1 = torch.nn.Linear(WIDTH, HIDDEN, bias=False)
        self.w2 = torch.nn.Linear(HIDDEN, WIDTH, bias=False)
        self.w3 = torch.nn.Linear(WIDTH, HIDDEN, bias=False) if gated else None

    def forward(self, x):
        if self.w3 is None:
            return self.w2(torch.nn.functional.gelu(self.w1(x)))
        return self.w2(torch.nn.functional.silu(self.w1(x)) * self.w3(x))


CRITERIA = {
    "magnitude, p = 2": tp.importance.MagnitudeImportance(p=2, group_reduction="mean", normalizer=None),
    "magnitude, p = 1": tp.importance.MagnitudeImportance(p=1, group_reduction="mean", normalizer=None),
    "magnitude, biases": tp.importance.MagnitudeImportance(p=2, group_reduction="mean", normalizer=None, bias=True),
    "lamp": tp.importance.LAMPImportance(group_reduction="mean"),
    "taylor, sum": tp.importance.TaylorImportance(multivariable=False, group_reduction="mean", normalizer=None),
    "taylor, magnitude": tp.importance.TaylorImportance(multivariable=True, group_reduction="mean", normalizer=None),
}


class Convolutions(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Conv2d(3, HIDDEN, 3, padding=1, bias=False)
        self.norm = torch.nn.BatchNorm2d(HIDDEN)
        self.second = torch.nn.Conv2d(HIDDEN, 2, 3, stride=2, padding=1, bias=False)

    def forward(self, x):
        return self.second(torch.relu(self.norm(self.first(x))))


def convolutions():
    """Of channels with a batch norm; with what the whole computes and what is left of its channels computes."""
    torch.manual_seed(3)
    network = Convolutions().eval()
    with torch.no_grad():
        for value in (network.norm.weight, network.norm.bias, network.norm.running_mean):
            value.normal_()
        network.norm.running_var.uniform_(0.5, 2)
    x = torch.randn(2, 3, 4, 4)
    whole = network(x)
    whole.square().mean().backward()
    graph = tp.DependencyGraph().build_dependency(network, example_inputs=x)
    group = graph.get_pruning_group(network.first, tp.prune_conv_out_channels, idxs=list(range(HIDDEN)))
    criteria = CRITERIA | {"batch norm": tp.importance.BNScaleImportance(normalizer=None)}
    importance = {name: criterion(group).tolist() for name, criterion in criteria.items()}
    # Of kernels [P, C, h, w] as our layers hold them: [h, w, C, P]; images [B, H, W, C].
    kernel = lambda weight: weight.permute(2, 3, 1, 0).tolist()
    norm = {"weight": network.norm.weight, "bias": network.norm.bias, "mean": network.norm.running_mean, "variance": network.norm.running_var}
    record = {
        "weights": {"first": kernel(network.first.weight), "second": kernel(network.second.weight)},
        "norm": {name: value.tolist() for name, value in norm.items()},
        "inputs": x.permute(0, 2, 3, 1).tolist(),
        "output": whole.permute(0, 2, 3, 1).tolist(),
        "importance": importance,
    }
    gone = sorted(torch.tensor(importance["magnitude, p = 2"]).argsort()[: HIDDEN // 2].tolist())
    graph.get_pruning_group(network.first, tp.prune_conv_out_channels, idxs=gone).prune()
    return record | {"gone": gone, "pruned": network(x).permute(0, 2, 3, 1).tolist()}


def case(gated):
    torch.manual_seed(int(gated))
    network = FeedForward(gated)
    x = torch.randn(8, WIDTH)
    network(x).square().mean().backward()
    graph = tp.DependencyGraph().build_dependency(network, example_inputs=x)
    group = graph.get_pruning_group(network.w1, tp.prune_linear_out_channels, idxs=list(range(HIDDEN)))
    names = [name for name in ("w1", "w2", "w3") if getattr(network, name) is not None]
    return {
        "gated": gated,
        # As our layers hold them: [in, out].
        "weights": {name: getattr(network, name).weight.T.tolist() for name in names},
        "inputs": x.tolist(),
        "importance": {name: criterion(group).tolist() for name, criterion in CRITERIA.items()},
    }


if __name__ == "__main__":
    peers = {name: version(name) for name in ("torch", "torch-pruning")}
    FIXTURE.write_text(json.dumps({"peers": peers, "cases": [case(False), case(True)], "convolutions": convolutions()}, indent=1) + "\n")
