"""Modules with hooks as PyTorch's have them, for tests without PyTorch: they return what they are given."""

import random


class Handle:
    def __init__(self, hooks, hook):
        self.hooks, self.hook = hooks, hook

    def remove(self):
        self.hooks.remove(self.hook)


class Module:
    """Calls its hooks before and after ``forward``; children are modules among its attributes."""

    training = False

    def __init__(self):
        self.before, self.after = [], []

    def register_forward_pre_hook(self, hook, *, with_kwargs=False):
        assert with_kwargs
        self.before.append(hook)
        return Handle(self.before, hook)

    def register_forward_hook(self, hook):
        self.after.append(hook)
        return Handle(self.after, hook)

    def named_modules(self, prefix=""):
        yield prefix, self
        for name, value in vars(self).items():
            children = value if isinstance(value, list) else [value]
            for i, child in enumerate(children):
                if isinstance(child, Module):
                    path = f"{name}.{i}" if isinstance(value, list) else name
                    yield from child.named_modules(f"{prefix}.{path}" if prefix else path)

    def __call__(self, *args, **kwargs):
        for hook in list(self.before):
            assert hook(self, args, kwargs) is None
        output = self.forward(*args, **kwargs)
        for hook in list(self.after):
            replaced = hook(self, args, output)
            output = output if replaced is None else replaced
        return output


class TopKRouter(Module):
    """Returns logits, weights and choices, as HuggingFace's routers do."""

    def __init__(self, num_experts, top_k, seed):
        super().__init__()
        self.num_experts, self.top_k = num_experts, top_k
        self.random = random.Random(seed)

    def forward(self, tokens):
        logits = [[self.random.gauss(0, 1) for _ in range(self.num_experts)] for _ in tokens]
        indices = [sorted(range(self.num_experts), key=lambda e: -row[e])[: self.top_k] for row in logits]
        weights = [[1 / self.top_k] * self.top_k for _ in tokens]
        return logits, weights, indices


class Block(Module):
    def __init__(self, *router):
        super().__init__()
        self.gate = TopKRouter(*router)

    def forward(self, tokens):
        self.chosen = self.gate(tokens)
        return self.chosen


class Model(Module):
    """Calls the router of every layer with all tokens of a batch [B, T]."""

    def __init__(self, layers=2, num_experts=8, k=2):
        super().__init__()
        self.layers = [Block(num_experts, k, seed) for seed in range(layers)]

    def train(self, training=True):
        self.training = training
        return self

    def forward(self, input_ids, attention_mask=None):
        tokens = [token for row in input_ids for token in row]
        return [block(tokens) for block in self.layers]

    def hooks(self):
        return sum(len(module.before) + len(module.after) for _, module in self.named_modules())
