"""Writes fixtures/shrinking.json: parameters and operations of models before and after Torch-Pruning took half of their channels and heads.

python test/parity/make_shrinking.py, in an environment with torch, torchvision and torch-pruning. No weight matters: only sizes are compared.
"""

import json
from importlib.metadata import version
from pathlib import Path

import torch
import torch_pruning as tp
import torchvision

FIXTURE = Path(__file__).parent / "fixtures" / "shrinking.json"


def matrices(model, x):
    """Multiplications of convolutions and linear maps alone."""
    total = 0

    def count(module, inputs, output):
        nonlocal total
        total += output.numel() // output.shape[1 if output.dim() == 4 else -1] * module.weight.numel()

    kinds = (torch.nn.Conv2d, torch.nn.Linear)
    hooks = [module.register_forward_hook(count) for module in model.modules() if isinstance(module, kinds)]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return total


def measures(model, x):
    operations, parameters = tp.utils.count_ops_and_params(model, x)
    return {"operations": operations, "parameters": parameters, "matrices": matrices(model, x)}


def resnet(ratio):
    model, x = torchvision.models.resnet18().eval(), torch.randn(1, 3, 224, 224)
    before = measures(model, x)
    importance = tp.importance.MagnitudeImportance(p=2)
    pruner = tp.pruner.BasePruner(model, x, importance=importance, pruning_ratio=ratio, ignored_layers=[model.fc])
    groups = len(list(pruner.DG.get_all_groups(ignored_layers=[model.fc], root_module_types=[torch.nn.Conv2d])))
    pruner.step()
    return {"name": f"resnet18, {ratio}", "ratio": ratio, "groups": groups, "before": before, "after": measures(model, x)}


class Attention(torch.nn.Module):
    """Grouped keys and values, as a Llama has them, without positions, which have no weights."""

    def __init__(self, width, heads, groups):
        super().__init__()
        self.heads, self.groups, self.size = heads, groups, width // heads
        self.query = torch.nn.Linear(width, heads * self.size, bias=False)
        self.key = torch.nn.Linear(width, groups * self.size, bias=False)
        self.value = torch.nn.Linear(width, groups * self.size, bias=False)
        self.output = torch.nn.Linear(heads * self.size, width, bias=False)

    def forward(self, x):
        split = lambda y: y.reshape(*y.shape[:2], -1, self.size).transpose(1, 2)
        query, key, value = split(self.query(x)), split(self.key(x)), split(self.value(x))
        share = query.shape[1] // key.shape[1]
        key, value = key.repeat_interleave(share, 1), value.repeat_interleave(share, 1)
        mixed = torch.nn.functional.scaled_dot_product_attention(query, key, value)
        return self.output(mixed.transpose(1, 2).flatten(2))


class Gated(torch.nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.w1 = torch.nn.Linear(width, hidden, bias=False)
        self.w2 = torch.nn.Linear(hidden, width, bias=False)
        self.w3 = torch.nn.Linear(width, hidden, bias=False)

    def forward(self, x):
        return self.w2(torch.nn.functional.silu(self.w1(x)) * self.w3(x))


def gated(ratio):
    """Hidden neurons of a Llama's feed-forward network: what goes together, and what is left."""
    torch.manual_seed(1)
    model, x = Gated(16, 24), torch.randn(1, 5, 16)
    before = measures(model, x)
    pruner = tp.pruner.BasePruner(
        model, x, importance=tp.importance.MagnitudeImportance(p=2), pruning_ratio=ratio, ignored_layers=[model.w2]
    )
    pruner.step()
    return {"name": f"gated, {ratio}", "ratio": ratio, "before": before, "after": measures(model, x)}


def grouped(ratio):
    """Heads of grouped attention: half of the groups of keys go, each with its queries."""
    torch.manual_seed(1)
    model, x = Attention(16, 8, 4), torch.randn(1, 5, 16)
    before = measures(model, x)
    graph = tp.DependencyGraph().build_dependency(model, x)
    gone = list(range(int(4 * ratio)))
    wide = lambda groups, share: [i for g in groups for h in range(g * share, (g + 1) * share) for i in range(h * 2, h * 2 + 2)]
    for layer, indices in ((model.key, wide(gone, 1)), (model.value, wide(gone, 1)), (model.query, wide(gone, 2))):
        tp.prune_linear_out_channels(layer, indices)
    tp.prune_linear_in_channels(model.output, wide(gone, 2))
    del graph
    return {"name": f"grouped, {ratio}", "ratio": ratio, "before": before, "after": measures(model, x)}


def vit(ratio):
    """Hidden neurons and heads of a vision transformer of torchvision."""
    model = torchvision.models.VisionTransformer(image_size=16, patch_size=4, num_layers=2, num_heads=4, hidden_dim=32, mlp_dim=64, num_classes=10).eval()  # fmt: skip
    x = torch.randn(1, 3, 16, 16)
    before = measures(model, x)
    roots = [block.mlp[0] for block in model.encoder.layers]
    graph = tp.DependencyGraph().build_dependency(model, x, unwrapped_parameters=[(model.class_token, 2), (model.encoder.pos_embedding, 2)])
    for root in roots:
        gone = list(range(int(root.out_features * ratio)))
        graph.get_pruning_group(root, tp.prune_linear_out_channels, idxs=gone).prune()
    return {"name": f"vit, {ratio}", "ratio": ratio, "before": before, "after": measures(model, x)}


if __name__ == "__main__":
    peers = {name: version(name) for name in ("torch", "torchvision", "torch-pruning")}
    cases = [resnet(0.5), resnet(0.25), gated(0.5), grouped(0.5), vit(0.5)]
    FIXTURE.write_text(json.dumps({"peers": peers, "cases": cases}, indent=1) + "\n")
