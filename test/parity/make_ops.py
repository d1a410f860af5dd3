"""Writes fixtures/ops.json: what PyTorch computes for the ops of kernel-lib."""

import torch
import torch.nn.functional as F

from fixture import case, random, write


def embed(table, ids):
    return F.embedding(ids, table)


def segment_sum(x, ids):
    return torch.zeros(4, x.shape[1]).index_add(0, ids, x)


def experts(x, w, bias, weights, indices):
    """The plain loop: each expert works on its tokens, -1 is no expert."""
    out = torch.zeros(x.shape[0], w.shape[2])
    for expert in range(w.shape[0]):
        token, choice = torch.where(indices == expert)
        rows = x[token] @ w[expert] + bias[expert]
        out = out.index_add(0, token, rows * weights[token, choice, None])
    return out


def expert_case(name, indices, num_experts, width=4, hidden=6):
    draw = random(num_experts)
    tokens, k = indices.shape
    inputs = {
        "x": draw(tokens, width),
        "w": draw(num_experts, width, hidden),
        "bias": draw(num_experts, hidden),
        "weights": draw(tokens, k),
    }
    return case(name, experts, inputs, {"indices": indices}, {"numExperts": num_experts})


draw = random(0)
wide = 30 * draw(5, 7)
write(
    "ops",
    [
        case("topK", lambda scores: scores.topk(3).values, {"scores": draw(5, 7)}, options={"k": 3}),
        case("topK of all", lambda scores: scores.topk(7).values, {"scores": draw(5, 7)}, options={"k": 7}),
        case("sort", lambda x: x.sort().values, {"x": draw(2, 3, 6)}),
        case("sort descending", lambda x: x.sort(descending=True).values, {"x": draw(2, 3, 6)}),
        case(
            "crossEntropy",
            lambda logits, labels: F.cross_entropy(logits, labels, reduction="none"),
            {"logits": wide},
            {"labels": torch.tensor([0, 6, 3, 3, 1])},
        ),
        case("embed", embed, {"table": draw(5, 3)}, {"ids": torch.tensor([[4, 0, 4], [1, 1, 4]])}),
        case("segmentSum", segment_sum, {"x": draw(6, 3)}, {"ids": torch.tensor([3, 0, 0, 1, 3, 3])}),
        case("logSumExp", lambda x: x.logsumexp(-1), {"x": wide.reshape(5, 1, 7)}),
        case("gelu", F.gelu, {"input": 3 * draw(4, 6)}),
        case("silu", F.silu, {"input": 3 * draw(4, 6)}),
        case("standardize", lambda x: F.layer_norm(x, (8,), eps=1e-5), {"x": 2 + 3 * draw(4, 8)}),
        case("rmsNormalize", lambda x: F.rms_norm(x, (8,), eps=1e-5), {"x": 2 + 3 * draw(4, 8)}),
        expert_case("experts", torch.tensor([[0, 2], [1, 0], [2, 1], [0, 1], [2, 0]]), 3),
        expert_case("experts: empty, unused", torch.tensor([[4, 1], [1, -1], [-1, -1], [4, 2]]), 6),
        expert_case("experts: all to one", torch.tensor([[1], [1], [1], [1]]), 4),
    ],
)
