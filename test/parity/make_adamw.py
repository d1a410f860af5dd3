"""Writes fixtures/adamw.json: values after each of some updates by PyTorch's AdamW, for gradients of 1e-12 to 1e12.

python test/parity/make_adamw.py, with torch.
"""

import torch

from fixture import pack, write

FACTORS = [1.0, 0.5, -2.0, 1.5, -0.25]
LEARNING_RATE = 0.005
MAGNITUDES = [10.0**power for power in range(-12, 13)]
SETTINGS = {
    "as train.fit": {"beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.0},
    "as the paper": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.0},
    "decayed": {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-4, "weightDecay": 0.3},
}


def run(options):
    """A value for each magnitude of its gradient, whose sign and size change from update to update; [updates, values]."""
    magnitudes = torch.tensor(MAGNITUDES, dtype=torch.float64)
    # Steps are read off values that begin at 0, or nearby where they decay: rounding then hides none of them.
    start = torch.full_like(magnitudes, 0.01 if options["weightDecay"] else 0.0)
    value = torch.nn.Parameter(start.clone())
    betas = (options["beta1"], options["beta2"])
    settings = {"lr": LEARNING_RATE, "eps": options["epsilon"], "weight_decay": options["weightDecay"]}
    optimizer = torch.optim.AdamW([value], betas=betas, **settings)
    gradients = [factor * magnitudes for factor in FACTORS]
    after = []
    for gradient in gradients:
        value.grad = gradient
        optimizer.step()
        after.append(value.detach().clone())
    return {
        "options": {**options, "learningRate": LEARNING_RATE},
        "start": pack(start),
        "gradients": pack(torch.stack(gradients)),
        "values": pack(torch.stack(after)),
    }


write("adamw", [{"name": name, **run(options)} for name, options in SETTINGS.items()])
