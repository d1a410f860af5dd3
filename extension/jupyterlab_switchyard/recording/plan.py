"""Shares the bytes of a payload out, by the rules of kernel-lib's telemetry."""

from dataclasses import dataclass
from typing import Any

from .limits import MAX_HISTORY_STEPS, MAX_LAYERS, MAX_LOAD_STEPS, MAX_PAYLOAD_BYTES, MAX_TOKENS
from .numbers import METRIC_DECIMALS, json_bytes, share_decimals

#: A scalar of five significant digits at its longest in the usual range, "-1.2345e-100", and a comma.
SCALAR_BYTES = 13
#: ... and where JavaScript writes all digits of one: up to 1e21, and down to 1e-6.
LONG_SCALAR_BYTES = 24
#: A step number below 10^9 and a comma.
STEP_BYTES = 10
#: A metric in 0..1 or a weight, and a comma.
METRIC_BYTES = METRIC_DECIMALS + 4
#: Keys and brackets that no other count holds.
MARGIN = 512
#: The longest name that is left out with its value, with quotes, colon and comma.
KEY_BYTES = 15
#: Fewer points than this do not make a line.
MIN_LOAD_STEPS = 4

Layer = dict[str, Any]


@dataclass
class Plan:
    """What of a routing payload fits."""

    #: Indices of the layers kept.
    layers: list[int]
    importance: bool
    tokens: int
    co_activation: bool
    domain_load: bool
    transitions: bool
    load_steps: int
    steps: int


class Budget:
    """Bytes still free, shared out one after the other."""

    def __init__(self, room: int) -> None:
        self._room = room

    def take(self, size: int, part: float) -> bool:
        """Takes the bytes where they are at most this part of what is free; says whether it did."""
        fits = size <= self._room * part
        self._room -= size if fits else 0
        return fits

    def take_many(self, each: int, part: float, most: int, least: int = 1) -> int:
        """Takes as many pieces as this part of what is free holds; none where that is fewer than ``least``."""
        fit = min(most, int(self._room * part // each))
        count = fit if fit >= least else 0
        self._room -= count * each
        return count


def plan(payload: dict[str, Any]) -> Plan:
    """From what a panel needs most to what it can thin best; counted with the longest form of each number, so that the
    result always fits."""
    data = payload["data"]
    scalars = data["history"]["scalars"]
    bare = {**payload, "data": {**data, "layers": [], "history": {}, "tokens": None}}
    room = MAX_PAYLOAD_BYTES - json_bytes(bare) - MARGIN - sum(json_bytes(name) + 4 for name in scalars)
    layers = _layers_that_fit(data["layers"], room)
    kept = [data["layers"][i] for i in layers]
    budget = Budget(room - sum(map(_required_bytes, kept)))
    step_bytes = max([STEP_BYTES, *(len(str(step)) + 1 for step in data["history"]["steps"][-1:])])
    load_bytes = step_bytes + sum(_shares_bytes(layer["numExperts"], layer["numExperts"]) for layer in kept)
    each_step = step_bytes + sum(map(_scalar_bytes, scalars.values())) + sum(map(_metrics_bytes, kept))
    sampled = 0 if data["tokens"] is None else min(MAX_TOKENS, len(data["tokens"]["text"]))
    return Plan(
        layers=layers,
        importance=budget.take(sum(_shares_bytes(len(x["importance"]), x["numExperts"]) for x in kept), 1 / 4),
        tokens=budget.take_many(_token_bytes(data["tokens"], kept), 1 / 4, sampled),
        co_activation=budget.take(sum(map(_co_activation_bytes, kept)), 1 / 4),
        domain_load=budget.take(sum(map(_domain_load_bytes, kept)), 1 / 3),
        transitions=len(kept) == len(data["layers"]) and budget.take(sum(map(_transitions_bytes, kept)), 1 / 4),
        load_steps=budget.take_many(load_bytes, 1 / 3, MAX_LOAD_STEPS, MIN_LOAD_STEPS),
        steps=budget.take_many(each_step, 1, MAX_HISTORY_STEPS),
    )


def _layers_that_fit(layers: list[Layer], room: int) -> list[int]:
    """All layers, or as many as fit, evenly over the depth; at least one."""
    needed = sum(map(_required_bytes, layers))
    if needed <= room * 0.95 and len(layers) <= MAX_LAYERS:
        return list(range(len(layers)))
    count = min(MAX_LAYERS, max(1, int(len(layers) * room * 0.8 // needed)))
    return [int(i * (len(layers) - 1) / max(1, count - 1) + 0.5) for i in range(count)]


def _required_bytes(layer: Layer) -> int:
    """A layer without what may be left out, with the brackets of its rows of the history and of the sample."""
    E = layer["numExperts"]
    keys = [key for key in layer if key != "transitions"]
    named = {key: layer[key] if key in ("path", "router", "numExperts", "k") else None for key in keys}
    metrics = 6 * (len(str(E)) + METRIC_DECIMALS + 2)
    return json_bytes(named) + metrics + 32 + _shares_bytes(E, E)


def _co_activation_bytes(layer: Layer) -> int:
    E = layer["numExperts"]
    return 0 if layer["coActivation"] is None else E * _shares_bytes(E, E)


def _domain_load_bytes(layer: Layer) -> int:
    return len(layer["domainLoad"]) * _shares_bytes(layer["numExperts"], layer["numExperts"])


def _transitions_bytes(layer: Layer) -> int:
    return KEY_BYTES + sum(_shares_bytes(len(row), layer["numExperts"]) for row in layer.get("transitions", []))


def _shares_bytes(count: int, num_experts: int) -> int:
    """``count`` shares of E experts as an array."""
    return 3 + count * (share_decimals(num_experts) + 3)


def _metrics_bytes(layer: Layer) -> int:
    """A layer's entries for one step of the history."""
    return 2 * (len(str(layer["numExperts"])) + METRIC_DECIMALS + 2) + 2 * METRIC_BYTES


def _token_bytes(tokens: dict[str, Any] | None, kept: list[Layer]) -> int:
    """One token of the sample; the longest text and weight count."""
    if tokens is None:
        return 1
    text = max(map(json_bytes, tokens["text"]), default=0)
    weights = (abs(x) for layer in tokens["weights"] for row in layer for x in row if x is not None)
    longest = METRIC_BYTES + len(str(int(max((x for x in weights if x < float("inf")), default=0)))) - 1
    return text + 4 + sum(6 + x["k"] * (len(str(x["numExperts"])) + 1 + longest) for x in kept)


def _scalar_bytes(values: list[float | None]) -> int:
    sizes = [abs(x) for x in values if x is not None and x != 0]
    return LONG_SCALAR_BYTES if any(x >= 1e9 or x < 1e-3 for x in sizes) else SCALAR_BYTES
