"""Writes fixtures/layers.json: what PyTorch computes for the layers of kernel-lib, by parameter path."""

import torch
import torch.nn.functional as F

from fixture import case, random, write


def attention(x, **p):
    length, width = x.shape[1:]
    return F.multi_head_attention_forward(
        *[x.transpose(0, 1)] * 3,
        width,
        2,
        p["qkv.weight"].T,
        p["qkv.bias"],
        None,
        None,
        False,
        0.0,
        p["output.weight"].T,
        p["output.bias"],
        need_weights=False,
        attn_mask=torch.triu(torch.full((length, length), float("-inf")), 1),
    )[0].transpose(0, 1)


def feed_forward(x, **p):
    hidden = F.gelu(x @ p["w1.weight"] + p["w1.bias"])
    return hidden @ p["w2.weight"] + p["w2.bias"]


def gated_feed_forward(x, **p):
    return (F.silu(x @ p["w1.weight"]) * (x @ p["w3.weight"])) @ p["w2.weight"]


draw = random(0)
ids = torch.tensor([[4, 0, 4], [1, 1, 4]])
norm = {"x": 1 + 2 * draw(2, 3, 8), "weight": draw(8)}
write(
    "layers",
    [
        case(
            "Linear",
            lambda x, weight, bias: F.linear(x, weight.T, bias),
            {"x": draw(2, 3, 4), "weight": draw(4, 5), "bias": draw(5)},
        ),
        case("Embedding", lambda weight, x: F.embedding(x, weight), {"weight": draw(5, 3)}, {"x": ids}),
        case(
            "LayerNorm",
            lambda x, weight, bias: F.layer_norm(x, (8,), weight, bias),
            {**norm, "bias": draw(8)},
        ),
        case("RMSNorm", lambda x, weight: F.rms_norm(x, (8,), weight, eps=1e-5), norm),
        case(
            "CausalSelfAttention",
            attention,
            {
                "x": draw(2, 5, 8),
                "qkv.weight": draw(8, 24),
                "qkv.bias": draw(24),
                "output.weight": draw(8, 8),
                "output.bias": draw(8),
            },
        ),
        case(
            "FeedForward",
            feed_forward,
            {
                "x": draw(2, 3, 4),
                "w1.weight": draw(4, 6),
                "w1.bias": draw(6),
                "w2.weight": draw(6, 4),
                "w2.bias": draw(4),
            },
        ),
        case(
            "GatedFeedForward",
            gated_feed_forward,
            {"x": draw(2, 3, 4), "w1.weight": draw(4, 6), "w2.weight": draw(6, 4), "w3.weight": draw(4, 6)},
        ),
    ],
)
