"""A run without a model: sends the example payloads as a kernel in any language could."""

import json
import os
import time
import uuid
from pathlib import Path

from IPython.display import display

MIME = "application/vnd.switchyard.v1+json"
EXAMPLES = Path(os.environ["SWITCHYARD_PAYLOADS"])


def example(name):
    """One of the committed example payloads."""
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def at(step, total=20, run_id="replay", name="running"):
    """The example as it would look at a step: loads start collapsed on one expert and end as the example has them."""
    payload = example(name)
    payload.update(runId=run_id, seq=step)
    final = step >= total
    payload["source"].update(
        step=step, totalSteps=total, final=final, status="finished" if final else "running", time=time.time_ns() // 10**6
    )
    progress = step / total
    for depth, layer in enumerate(payload["data"]["layers"]):
        target = (3 * depth) % layer["numExperts"]
        layer["load"] = [
            progress * load + (1 - progress) * (0.5 if expert == target else 0.5 / (layer["numExperts"] - 1))
            for expert, load in enumerate(layer["load"])
        ]
    return payload


def bundle(payload):
    """What one output carries."""
    return {MIME: payload, "text/plain": f"step {payload['source']['step']}"}


def run(steps=20, pause=0.1, wait_at=None, name="running", every=1):
    """Sends a run, one display updated in place. At step `wait_at` it waits for a file "go" beside the notebook."""
    run_id = f"replay-{uuid.uuid4()}"
    handle = display(bundle(at(0, steps, run_id, name)), raw=True, display_id=True)
    for step in range(every, steps + 1, every):
        time.sleep(pause)
        handle.update(bundle(at(step, steps, run_id, name)), raw=True)
        while step == wait_at and not Path("go").exists():
            time.sleep(0.05)


def show(payload):
    """Sends one value as it is, good or bad."""
    display({MIME: payload, "text/plain": "payload"}, raw=True)
