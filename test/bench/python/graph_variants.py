"""Sums over a graph's edges and a training step of two graph convolutions: torch.sparse in compressed rows, and gathering and scattering as PyTorch Geometric does."""

import torch
from torch.nn import functional as F

COMPARED_STEPS = 3
LEARNING_RATE = 1e-3


def edges_of(tensors):
    return tuple(torch.from_numpy(tensors[name]).long() for name in ("sources", "targets"))


def compressed(sources, targets, weights, size):
    """Rows by target; and those of the transposed matrix, so that no backward pass makes them."""
    # Parallel edges stay apart, as everywhere else.
    order = torch.argsort(targets, stable=True)
    starts = F.pad(torch.bincount(targets, minlength=size).cumsum(0), (1, 0))
    return torch.sparse_csr_tensor(starts, sources[order], weights[order], (size, size))


class CsrSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, matrix, turned):
        ctx.turned = turned
        return matrix @ x

    @staticmethod
    def backward(ctx, dy):
        return ctx.turned @ dy, None, None


def scattered(x, sources, targets, weights):
    """message and aggregate of torch_geometric.nn.MessagePassing, without its compiled extensions."""
    messages = x.index_select(0, sources) * weights.view(-1, 1)
    index = targets.view(-1, 1).expand_as(messages)
    return x.new_zeros(x.shape[0], messages.shape[1]).scatter_add_(0, index, messages)


class Sum:
    def __init__(self, compress, learnt, tensors, sizes):
        self.sources, self.targets = edges_of(tensors)
        self.x, self.weights, self.upstream = (torch.from_numpy(tensors[name]) for name in ("x", "weights", "upstream"))
        self.learnt = learnt
        if compress:
            size = sizes["numNodes"]
            self.matrix = compressed(self.sources, self.targets, self.weights, size)
            self.turned = compressed(self.targets, self.sources, self.weights, size)
        self.compress = compress

    def forward(self, x, weights):
        if self.compress:
            return CsrSum.apply(x, self.matrix, self.turned)
        return scattered(x, self.sources, self.targets, weights)

    def all(self):
        if not self.learnt:
            with torch.no_grad():
                return {"y": self.forward(self.x, self.weights)}
        x = self.x.detach().requires_grad_()
        weights = self.weights.detach().requires_grad_("weights" in self.learnt)
        y = self.forward(x, weights)
        y.backward(self.upstream)
        return {"y": y, "dx": x.grad, **({"dweights": weights.grad} if "weights" in self.learnt else {})}

    def run(self):
        self.all()

    def results(self):
        return self.all()


class Step:
    def __init__(self, compress, tensors, sizes):
        sources, targets = edges_of(tensors)
        size = sizes["numNodes"]
        # Loops where there are none, and weights by degree, made once: as GCNConv with cached=True.
        without = torch.ones(size, dtype=torch.bool)
        without[sources[sources == targets]] = False
        loops = without.nonzero().flatten()
        self.sources, self.targets = torch.cat([sources, loops]), torch.cat([targets, loops])
        roots = torch.bincount(self.targets, minlength=size).float().rsqrt().nan_to_num(posinf=0)
        self.weights = roots[self.sources] * roots[self.targets]
        self.tensors, self.compress = tensors, compress
        self.x, self.labels = torch.from_numpy(tensors["x"]), torch.from_numpy(tensors["labels"]).long()
        if compress:
            self.matrix = compressed(self.sources, self.targets, self.weights, size)
            self.turned = compressed(self.targets, self.sources, self.weights, size)
        self.start()

    def start(self):
        self.p = [torch.from_numpy(self.tensors[name].copy()).requires_grad_() for name in ("first", "second")]
        self.optimizer = torch.optim.AdamW(self.p, lr=LEARNING_RATE, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1, fused=True)

    def propagate(self, x):
        if self.compress:
            return CsrSum.apply(x, self.matrix, self.turned)
        return scattered(x, self.sources, self.targets, self.weights)

    def run(self):
        first, second = self.p
        logits = self.propagate(torch.relu(self.propagate(self.x @ first)) @ second)
        loss = F.cross_entropy(logits, self.labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.p, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()

    def results(self):
        self.start()
        return {"losses": torch.tensor([self.run() for _ in range(COMPARED_STEPS)])}


class Read:
    """Reading of 256 MiB, far more than caches hold: what memory gives."""

    def __init__(self, tensors, sizes):
        self.values = torch.ones(2**26)

    def run(self):
        self.values.sum()

    def results(self):
        return {}


def sums(compress, learnt):
    return lambda tensors, sizes: Sum(compress, learnt, tensors, sizes)


VARIANTS = {
    "read": Read,
    "csr forward": sums(True, []),
    "csr both": sums(True, ["x"]),
    "scatter forward": sums(False, []),
    "scatter both": sums(False, ["x"]),
    "scatter weights": sums(False, ["x", "weights"]),
    "csr step": lambda tensors, sizes: Step(True, tensors, sizes),
    "scatter step": lambda tensors, sizes: Step(False, tensors, sizes),
}
