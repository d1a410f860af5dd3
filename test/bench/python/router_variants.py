"""The router alone: tokens [T, D] to choices and weights [T, K], projection included."""

import torch

from layer_variants import choose


class Router:
    def __init__(self, tensors, sizes):
        self.x, self.weight = (torch.from_numpy(tensors[name]) for name in ("x", "weight"))
        self.k = sizes["k"]

    def run(self):
        with torch.no_grad():
            return choose(self.x @ self.weight, self.k)

    def results(self):
        return {"weights": self.run()[1]}


VARIANTS = {"topK": Router}
