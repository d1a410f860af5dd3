"""Writes fixtures/recurrent.json: what PyTorch's recurrent layers compute, and their gradients, by parameter path."""

import torch
from torch.func import functional_call

from fixture import case, random, write

WIDTH, HIDDEN = 3, 4
# Ours by theirs; their matrices are transposed.
PATHS = {
    "weight_ih_l0": "input.weight",
    "weight_hh_l0": "recurrent.weight",
    "bias_ih_l0": "input.bias",
    "bias_hh_l0": "recurrent.bias",
}
CELLS = {
    "tanh": (torch.nn.RNN(WIDTH, HIDDEN, nonlinearity="tanh", batch_first=True), 1),
    "relu": (torch.nn.RNN(WIDTH, HIDDEN, nonlinearity="relu", batch_first=True), 1),
    "gru": (torch.nn.GRU(WIDTH, HIDDEN, batch_first=True), 3),
    "lstm": (torch.nn.LSTM(WIDTH, HIDDEN, batch_first=True), 4),
}


def run(layer):
    def states(x, **p):
        theirs = {name: p[path].T if path.endswith("weight") else p[path] for name, path in PATHS.items()}
        return functional_call(layer, theirs, (x,))[0]

    return states


cases = []
for seed, (cell, (layer, gates)) in enumerate(CELLS.items()):
    draw = random(seed)
    outputs = gates * HIDDEN
    inputs = {
        "x": draw(2, 5, WIDTH),
        "input.weight": draw(WIDTH, outputs),
        "input.bias": draw(outputs),
        "recurrent.weight": draw(HIDDEN, outputs) / 2,
        "recurrent.bias": draw(outputs),
    }
    cases.append(case(cell, run(layer), inputs))
write("recurrent", cases)
