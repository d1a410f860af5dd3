"""What every payload carries around its data."""

import time
import uuid
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from .bound import bound, bound_details
from .limits import SCHEMA_VERSION
from .numbers import clean, label


@dataclass
class RunState:
    """What is known of the run that a payload is of."""

    #: Title for people; how the first layer routes is added to it where ``routes`` is set.
    title: str
    total_steps: int | None = None
    step: int = 0
    seq: int = 0
    #: "running", "finished", "stopped" or "failed".
    status: str = "running"
    #: What it failed of; empty where it did not.
    problem: str = ""
    routes: bool = True
    #: Settings of the run by name, as a payload holds them.
    configuration: dict[str, Any] = field(default_factory=dict)
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))


def routing_payload(state: RunState, data: dict[str, Any]) -> dict[str, Any]:
    """The payload of a run as it is now, at most 64 kB of JSON."""
    return bound(_whole(state, data))


def routing_details(state: RunState, data: dict[str, Any], path: str) -> dict[str, Any]:
    """The same for a panel that asks for more, at most 2 MB, with the tables of the layer of this path."""
    return bound_details(_whole(state, data), path)


def _whole(state: RunState, data: dict[str, Any]) -> dict[str, Any]:
    title = clean(state.title)
    if state.routes and data["layers"]:
        first = data["layers"][0]
        title += f", {first['router']} {first['k']} of {first['numExperts']}"
    return {
        "schemaVersion": SCHEMA_VERSION,
        "kind": "routing",
        "runId": state.run_id,
        "seq": state.seq,
        "source": {
            "producer": f"jupyterlab-switchyard {version('jupyterlab-switchyard')} (Python)",
            "title": label(title),
            "step": state.step,
            "totalSteps": state.total_steps,
            "time": time.time_ns() // 10**6,
            "final": state.status != "running",
            "status": state.status,
            **({"problem": label(clean(state.problem))} if state.problem else {}),
            **({"configuration": state.configuration} if state.configuration else {}),
        },
        "data": data,
    }
