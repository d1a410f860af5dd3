"""A whole training step of the library's transformer on PyTorch: forward, backward, clipping, AdamW, the loss read."""

import torch
from torch.nn import functional as F

from layer_variants import combine, sort_by_expert

COMPARED_STEPS = 3
LEARNING_RATE = 1e-4
EPSILON = 1e-5
BALANCE = 0.01


def norm(x, weight):
    return F.rms_norm(x, (x.shape[-1],), weight, EPSILON)


def attention(x, p, path, heads):
    batch, length, width = x.shape
    qkv = (x @ p[f"{path}.qkv.weight"]).view(batch, length, 3, heads, width // heads)
    mixed = F.scaled_dot_product_attention(*qkv.permute(2, 0, 3, 1, 4).unbind(0), is_causal=True)
    return mixed.transpose(1, 2).reshape(batch, length, width) @ p[f"{path}.output.weight"]


def feed_forward(x, p, path):
    return F.gelu(x @ p[f"{path}.w1.weight"]) @ p[f"{path}.w2.weight"]


@torch.compiler.disable  # torch.compile knows the grouped product for bfloat16 only
def experts(rows, w1, w2, ends):
    return torch._grouped_mm(F.gelu(torch._grouped_mm(rows, w1, offs=ends)), w2, offs=ends)


def mixture(x, p, path, k, losses):
    """Top-k with the "switch" loss of Megatron-LM: E sum_i (f_i / K) P_i."""
    tokens = x.reshape(-1, x.shape[-1])
    w1, w2 = p[f"{path}.experts.w1"], p[f"{path}.experts.w2"]
    num_experts = len(w1)
    probs = (tokens @ p[f"{path}.router.weight"]).softmax(-1)
    chosen, indices = probs.topk(k, -1)
    weights = chosen / chosen.sum(-1, keepdim=True) if k > 1 else chosen
    order, inverse, counts = sort_by_expert(indices, num_experts)
    losses.append(BALANCE * num_experts * (counts / order.numel() * probs.mean(0)).sum())
    outputs = experts(tokens.index_select(0, order // k), w1, w2, counts.cumsum(0).int())
    return combine(outputs, inverse, weights).view(x.shape)


def total_loss(p, batch, sizes):
    """Mean cross entropy, and what is minimised: that and the balancing losses."""
    inputs, targets = batch[:, :-1], batch[:, 1:]
    losses = []
    x = F.embedding(inputs, p["tokens.weight"]) + p["positions.weight"][: inputs.shape[1]]
    for i in range(sizes["layers"]):
        path = f"layers.{i}"
        x = x + attention(norm(x, p[f"{path}.attentionNorm.weight"]), p, f"{path}.attention", sizes["heads"])
        normed = norm(x, p[f"{path}.feedForwardNorm.weight"])
        if sizes["routed"]:
            x = x + mixture(normed, p, f"{path}.moe", sizes["k"], losses)
        else:
            x = x + feed_forward(normed, p, f"{path}.feedForward")
    logits = norm(x, p["norm.weight"]) @ p["head.weight"]
    mean = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    return mean, mean + sum(losses)


class Training:
    def __init__(self, compiled, tensors, sizes):
        self.tensors, self.sizes = tensors, sizes
        self.batch = torch.from_numpy(tensors["batch"]).long()
        self.loss = torch.compile(total_loss) if compiled else total_loss
        self.start()

    def start(self):
        self.p = {
            name: torch.from_numpy(values.copy()).requires_grad_()
            for name, values in self.tensors.items()
            if name != "batch"
        }
        decayed = [value for value in self.p.values() if value.ndim > 1]
        others = [value for value in self.p.values() if value.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE, betas=(0.9, 0.95), eps=1e-8, fused=True)

    def run(self):
        mean, total = self.loss(self.p, self.batch, self.sizes)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.p.values(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return mean.item()

    def results(self):
        self.start()
        return {"losses": torch.tensor([self.run() for _ in range(COMPARED_STEPS)])}


VARIANTS = {
    "eager": lambda tensors, sizes: Training(False, tensors, sizes),
    "compiled": lambda tensors, sizes: Training(True, tensors, sizes),
}
