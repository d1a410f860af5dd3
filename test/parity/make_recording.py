"""Writes fixtures/recording.json: routing by step, and what the wheel's Python side makes of it; kernel-lib must make the same.

python test/parity/make_recording.py, in an environment that has the wheel.
"""

import json
import random
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = Path(__file__).parent / "fixtures" / "recording.json"
sys.path.insert(0, str(ROOT / "extension"))

B, T, E, K = 2, 5, 6, 2
WINDOW, SAMPLE = 2, 4
#: Steps and scalars of the long run.
LONG, SCALARS = 3000, 40
#: The text of each token: one of each class in turn, in one letter after the other.
TEXTS = [text.format(chr(ord("a") + i)) for i in range(17) for text in ("w{}", " for", "{}9", "\n\t", "->", "12")]


def draw_steps():
    draw = random.Random(8)
    return [draw_step(draw, step) for step in range(1, 6)]


def draw_step(draw, step):
    layers = []
    for path in ("layers.0.moe", "layers.1.moe"):
        probabilities = [shares(draw) for _ in range(B * T)]
        indices = [sorted(range(E), key=lambda e: -row[e])[:K] for row in probabilities]
        # One token used a single choice.
        indices[step][1] = -1
        layers.append(
            {
                "path": path,
                "probabilities": probabilities,
                "indices": indices,
                "weights": [[round(draw.random(), 5) for _ in range(K)] for _ in indices],
                "dropped": [[expert >= 0 and draw.random() < 0.2 for expert in row] for row in indices],
            }
        )
    ids = [[draw.randrange(100) for _ in range(T)] for _ in range(B)]
    return {
        "step": 10 * step,
        "ids": ids,
        "domains": draw.choice([["prose", "code"], ["prose", None], ["code", "code"]]) if step > 1 else ["prose", "code"],
        "layers": layers,
        "scalars": {"loss/train": round(draw.gauss(2, 1), 4), "loss/validation": round(draw.gauss(2, 1), 4)},
    }


def shares(draw):
    """Probabilities of three decimals, so that the file is short."""
    parts = sorted(draw.sample(range(1, 1000), E - 1))
    return [(b - a) / 1000 for a, b in zip([0, *parts], [*parts, 1000])]


def replay(steps):
    """A run that records these steps."""
    import jupyterlab_switchyard as switchyard

    run = switchyard.record(window=WINDOW, token_sample=SAMPLE, tokenizer=TEXTS.__getitem__, display=False)
    for step in steps:
        run.domain(step["domains"])
        run.batch(step["ids"])
        for layer in step["layers"]:
            run.observe(layer["path"], **{name: value for name, value in layer.items() if name != "path"})
        run.step(step["step"], scalars=step["scalars"])
    return run


def long_run():
    """A history that is joined: of a run of many steps, whose choices and scalars follow from their numbers."""
    import jupyterlab_switchyard as switchyard

    run = switchyard.record(display=False)
    for step in range(1, LONG + 1):
        run.observe("moe", indices=[[step % 4, (step * step + 1) % 4]], num_experts=4)
        run.step(step, scalars={f"x{i}": step * (i + 1) % 17 / 7.3 for i in range(SCALARS)})
    history = run.payload()["data"]["history"]
    return {"steps": LONG, "scalars": SCALARS, "history": {name: history[name] for name in ("steps", "scalars", "loadSteps", "load")}}


def main():
    # Speeds and memory are no numbers that another kernel has.
    from jupyterlab_switchyard.watching.machine import MachineMeter

    MachineMeter.step = lambda self: {}
    steps = draw_steps()
    fixture = {
        "peer": f"jupyterlab-switchyard {version('jupyterlab-switchyard')} (Python)",
        "window": WINDOW,
        "tokenSample": SAMPLE,
        "texts": TEXTS,
        "steps": steps,
        "data": replay(steps).payload()["data"],
        "long": long_run(),
    }
    FIXTURE.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
