"""The routed layer in the ways that people write it on PyTorch, and a dense network of as many operations."""

import torch
from torch.nn import functional as F


def choose(logits, k):
    """Softmax, the k largest, divided by their sum where there are several: choices and weights, [T, K]."""
    weights, indices = logits.softmax(-1).topk(k, -1)
    return indices, weights / weights.sum(-1, keepdim=True) if k > 1 else weights


def loop(x, logits, w1, w2, k):
    """A loop over experts that gathers and adds, as Hugging Face's Mixtral has it; w1 and w2 are lists."""
    indices, weights = choose(logits, k)
    out = torch.zeros_like(x)
    mask = F.one_hot(indices, len(w1)).permute(2, 1, 0)  # [E, K, T]
    for expert in mask.sum((-1, -2)).gt(0).nonzero().flatten().tolist():
        choice, token = torch.where(mask[expert])
        inner = F.gelu(x[token] @ w1[expert])
        out.index_add_(0, token, (inner @ w2[expert]) * weights[token, choice, None])
    return out


def sort_by_expert(indices, num_experts):
    """Order of the choices sorted by expert, its inverse, and how many each expert has."""
    flat = indices.flatten()
    order = flat.argsort(stable=True)
    inverse = torch.empty_like(order)
    inverse[order] = torch.arange(len(order))
    return order, inverse, flat.bincount(minlength=num_experts)


def combine(rows, inverse, weights):
    """Rows sorted by expert back to tokens, weighted and summed."""
    ordered = rows.index_select(0, inverse).view(*weights.shape, rows.shape[1])
    return (ordered * weights.unsqueeze(-1)).sum(1)


def sorted_loop(x, logits, w1, w2, k):
    """Tokens sorted by expert once, and a product for each expert; w1 and w2 are lists."""
    indices, weights = choose(logits, k)
    order, inverse, counts = sort_by_expert(indices, len(w1))
    groups = x.index_select(0, order // k).split(counts.tolist())
    outputs = [F.gelu(rows @ w1[e]) @ w2[e] for e, rows in enumerate(groups) if len(rows) > 0]
    return combine(torch.cat(outputs), inverse, weights)


def grouped(x, logits, w1, w2, k):
    """Tokens sorted by expert once, and PyTorch's grouped product; w1 is [E, D, H], w2 [E, H, D]."""
    indices, weights = choose(logits, k)
    order, inverse, counts = sort_by_expert(indices, len(w1))
    ends = counts.cumsum(0).int()
    inner = F.gelu(torch._grouped_mm(x.index_select(0, order // k), w1, offs=ends))
    return combine(torch._grouped_mm(inner, w2, offs=ends), inverse, weights)


class Layer:
    def __init__(self, function, in_list, both, tensors, sizes):
        self.function, self.both, self.k = function, both, sizes["k"]
        self.x, self.logits = (torch.from_numpy(tensors[name]).requires_grad_(both) for name in ("x", "logits"))
        self.weights = [self.make(tensors[name], in_list) for name in ("w1", "w2")]
        self.upstream = torch.from_numpy(tensors["upstream"])

    def make(self, values, in_list):
        tensor = torch.from_numpy(values)
        # A leaf for each expert, as separate modules have: a slice of one leaf would cost a gradient of full size each.
        return [w.requires_grad_(self.both) for w in tensor] if in_list else tensor.requires_grad_(self.both)

    def leaves(self):
        weights = [w for each in self.weights for w in (each if isinstance(each, list) else [each])]
        return [self.x, self.logits, *weights]

    def apply(self):
        return self.function(self.x, self.logits, *self.weights, self.k)

    def run(self):
        if not self.both:
            with torch.no_grad():
                self.apply()
            return
        self.apply().backward(self.upstream)
        for leaf in self.leaves():
            leaf.grad = None

    def results(self):
        y = self.apply()
        out = {"y": y}
        if self.both:
            y.backward(self.upstream)
            out.update(dx=self.x.grad, dlogits=self.logits.grad)
            for name, each in zip(("dw1", "dw2"), self.weights):
                out[name] = torch.stack([grad(w) for w in each]) if isinstance(each, list) else each.grad
            out = {name: value.clone() for name, value in out.items()}
            for leaf in self.leaves():
                leaf.grad = None
        return out


def grad(leaf):
    return torch.zeros_like(leaf) if leaf.grad is None else leaf.grad


class Dense:
    """A feed-forward network [D, K H], [K H, D]: as many operations a token, and no routing."""

    def __init__(self, both, tensors, sizes):
        self.both = both
        width, hidden = sizes["width"], sizes["hidden"] * sizes["k"]
        self.x = torch.from_numpy(tensors["x"]).requires_grad_(both)
        self.w1 = (torch.rand(width, hidden) / width**0.5).requires_grad_(both)
        self.w2 = (torch.rand(hidden, width) / hidden**0.5).requires_grad_(both)
        self.upstream = torch.from_numpy(tensors["upstream"])

    def run(self):
        with torch.set_grad_enabled(self.both):
            y = F.gelu(self.x @ self.w1) @ self.w2
        if self.both:
            y.backward(self.upstream)
            self.x.grad = self.w1.grad = self.w2.grad = None

    def results(self):
        return {}


def both_directions(name, make):
    return {f"{name} {direction}": make(direction == "both") for direction in ("forward", "both")}


def routed(function, in_list):
    return lambda both: lambda tensors, sizes: Layer(function, in_list, both, tensors, sizes)


VARIANTS = {
    **both_directions("loop", routed(loop, in_list=True)),
    **both_directions("sorted", routed(sorted_loop, in_list=True)),
    **both_directions("grouped", routed(grouped, in_list=False)),
    **both_directions("dense", lambda both: lambda tensors, sizes: Dense(both, tensors, sizes)),
}
