"""Writes fixtures/pruning.json: importance of the hidden neurons of small networks as Torch-Pruning gives it, with weights and gradients.

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
    "taylor, sum": tp.importance.TaylorImportance(multivariable=False, group_reduction="mean", normalizer=None),
    "taylor, magnitude": tp.importance.TaylorImportance(multivariable=True, group_reduction="mean", normalizer=None),
}


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
    FIXTURE.write_text(json.dumps({"peers": peers, "cases": [case(False), case(True)]}, indent=1) + "\n")
