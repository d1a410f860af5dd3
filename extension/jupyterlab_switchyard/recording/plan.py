"""Shares the bytes of a payload out, by the rules of kernel-lib's telemetry."""

from dataclasses import dataclass
from typing import Any, Iterable

from .limits import (
    MAX_CONTEXTS,
    MAX_FLOWS,
    MAX_HISTORY_STEPS,
    MAX_LAYERS,
    MAX_LOAD_STEPS,
    MAX_PACKED_EXPERTS,
    MAX_PAYLOAD_BYTES,
    MAX_TOKENS,
)
from .packed import packed_length
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
#: Entries of a layer that are left out with their names, which are at most this long with quotes, colon and comma.
OPTIONAL = ("meanWeight", "overflow", "classLoad", "topTokens", "contexts", "transitions", "internals")
KEY_BYTES = 15
#: Fewer points than this do not make a line.
MIN_LOAD_STEPS = 4
#: A reader who asks for more tokens than this wants them more than the history.
MANY_TOKENS = 512
#: Fewer tokens than this are not worth the history that they would cost.
MIN_PACKED = 16

Layer = dict[str, Any]


@dataclass
class Plan:
    """What of a routing payload fits."""

    #: Indices of the layers kept.
    layers: list[int]
    #: The one layer whose tables are kept (co-activation, domains, token classes, top tokens); None: all layers'.
    tabled: int | None
    importance: bool
    tokens: int
    #: Choices go as bytes, and weights are left out: more tokens fit.
    packed: bool
    co_activation: bool
    domain_load: bool
    #: Token classes and their loads.
    classes: bool
    top_tokens: bool
    #: Contexts of each expert.
    contexts: int
    #: Indices of the layers whose transitions are kept.
    transitions: range
    #: Distributions of the routers' scores, and the selection bias of each expert.
    internals: bool
    bias: bool
    #: Earlier choices kept, the newest.
    earlier: int
    load_steps: int
    #: Steps kept of the routers' scores.
    internal_steps: int
    steps: int

    def tables(self, index: int) -> bool:
        """Whether the tables of this layer are wanted."""
        return self.tabled in (None, index)


class Budget:
    """Bytes still free, shared out one after the other."""

    def __init__(self, room: float) -> None:
        self._room = room

    def take(self, size: int, part: float) -> bool:
        """Takes the bytes where they are at most this part of what is free; says whether it did."""
        fits = size <= self._room * part
        self._room -= size if fits else 0
        return fits

    def take_many(self, each: float, part: float, most: int, least: int = 1) -> int:
        """Takes as many pieces as this part of what is free holds; none where that is fewer than ``least``."""
        fit = min(most, int(self._room * part // each))
        count = fit if fit >= least else 0
        self._room -= count * each
        return count

    def give(self, size: float) -> None:
        """Gives bytes back that were taken."""
        self._room += size


def plan(payload: dict[str, Any], *, max_bytes: int = MAX_PAYLOAD_BYTES, tabled: int | None = None) -> Plan:
    """From what a panel needs most to what it can thin best; counted with the longest form of each number, so that the
    result always fits.

    ``tabled``: index of the one layer whose tables are wanted; None: all of them.
    """
    data = payload["data"]
    scalars = data["history"]["scalars"]
    bare = {**payload, "data": {**data, "tokenClasses": None, "scoreBins": None, "layers": [], "history": {}, "tokens": None}}
    rest = json_bytes(bare) + MARGIN + sum(json_bytes(name) + 4 for name in scalars)
    # The same layers whatever the room: a reader's layer keeps its place.
    layers = _layers_that_fit(data["layers"], MAX_PAYLOAD_BYTES - rest)
    kept = [data["layers"][i] for i in layers]
    tables = kept if tabled is None else data["layers"][tabled : tabled + 1]
    budget = Budget(max_bytes - rest - sum(map(_required_bytes, kept)))
    step_bytes = max([STEP_BYTES, *(len(str(step)) + 1 for step in data["history"]["steps"][-1:])])
    load_bytes = step_bytes + sum(_shares_bytes(layer["numExperts"], layer["numExperts"]) for layer in kept)
    each_step = step_bytes + sum(map(_scalar_bytes, scalars.values())) + sum(map(_metrics_bytes, kept))
    importance = budget.take(sum(map(_importance_bytes, kept)), 1 / 4)
    tokens, packed = _sample(data["tokens"], kept, budget)
    return Plan(
        layers=layers,
        tabled=tabled,
        importance=importance,
        tokens=tokens,
        packed=packed,
        co_activation=budget.take(sum(map(_co_activation_bytes, tables)), 1 / 4),
        domain_load=budget.take(sum(map(_domain_load_bytes, tables)), 1 / 3),
        classes=budget.take(
            json_bytes(data.get("tokenClasses", [])) + KEY_BYTES + sum(map(_class_bytes, tables)), 1 / 4
        ),
        top_tokens=budget.take(sum(map(_top_tokens_bytes, tables)), 1 / 4),
        transitions=_flows(data["layers"], kept, tabled, budget),
        earlier=_earlier(data["tokens"], kept, tokens, packed, budget),
        contexts=budget.take_many(max(1, sum(map(_context_bytes, tables))), 1 / 4, MAX_CONTEXTS),
        internals=budget.take(json_bytes(data.get("scoreBins", [])) + KEY_BYTES + sum(map(_internals_bytes, kept)), 1 / 10),
        bias=budget.take(sum(map(_bias_bytes, kept)), 1 / 8),
        load_steps=budget.take_many(load_bytes, 1 / 3, MAX_LOAD_STEPS, MIN_LOAD_STEPS),
        internal_steps=budget.take_many(
            step_bytes + 4 * len(kept) * LONG_SCALAR_BYTES, 1 / 12, MAX_LOAD_STEPS, MIN_LOAD_STEPS
        ),
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
    keys = [key for key in layer if key not in OPTIONAL]
    named = {key: layer[key] if key in ("path", "router", "numExperts", "k") else None for key in keys}
    metrics = 6 * (len(str(E)) + METRIC_DECIMALS + 2)
    return json_bytes(named) + metrics + 32 + _shares_bytes(E, E)


def _importance_bytes(layer: Layer) -> int:
    means = layer.get("meanWeight", [])
    room = 2 * KEY_BYTES + len(layer.get("overflow", [])) * METRIC_BYTES
    return _shares_bytes(len(layer["importance"]), layer["numExperts"]) + room + len(means) * _longest(means)


def _co_activation_bytes(layer: Layer) -> int:
    E = layer["numExperts"]
    return 0 if layer["coActivation"] is None else E * _shares_bytes(E, E)


def _domain_load_bytes(layer: Layer) -> int:
    return len(layer["domainLoad"]) * _shares_bytes(layer["numExperts"], layer["numExperts"])


def _class_bytes(layer: Layer) -> int:
    return KEY_BYTES + len(layer.get("classLoad", [])) * _shares_bytes(layer["numExperts"], layer["numExperts"])


def _top_tokens_bytes(layer: Layer) -> int:
    tokens = [token for row in layer.get("topTokens", []) for token in row]
    return KEY_BYTES + 3 * len(layer.get("topTokens", [])) + sum(20 + METRIC_BYTES + json_bytes(x["text"]) for x in tokens)


def _context_bytes(layer: Layer) -> int:
    """One context of each expert; the longest counts, its weight with all digits."""
    longest = (max((json_bytes(context) + 1 for context in each), default=0) for each in layer.get("contexts", []))
    return KEY_BYTES + sum(3 + size for size in longest)


def _transitions_bytes(layer: Layer) -> int:
    return KEY_BYTES + sum(_shares_bytes(len(row), layer["numExperts"]) for row in layer.get("transitions", []))


def _internals_bytes(layer: Layer) -> int:
    """With the names of its parts."""
    internals = layer.get("internals")
    bins = 0 if internals is None else len(internals["logits"]) + len(internals["margins"])
    return 0 if internals is None else 4 * KEY_BYTES + 2 * LONG_SCALAR_BYTES + _shares_bytes(bins, 1)


def _bias_bytes(layer: Layer) -> int:
    bias = layer.get("internals", {}).get("bias", [])
    return 2 * KEY_BYTES + len(bias) * (LONG_SCALAR_BYTES + STEP_BYTES) if bias else 0


def _shares_bytes(count: int, num_experts: int) -> int:
    """``count`` shares of E experts as an array."""
    return 3 + count * (share_decimals(num_experts) + 3)


def _metrics_bytes(layer: Layer) -> int:
    """A layer's entries for one step of the history."""
    return 2 * (len(str(layer["numExperts"])) + METRIC_DECIMALS + 2) + 2 * METRIC_BYTES


def _sample(tokens: dict[str, Any] | None, kept: list[Layer], budget: Budget) -> tuple[int, bool]:
    """How many tokens: rows with their weights where all fit, else packed, which holds more."""
    if tokens is None:
        return 0, False
    most = min(MAX_TOKENS, len(tokens["text"]))
    losses = [each["loss"] for each in (tokens, tokens.get("ablation", {})) if "loss" in each]
    text = max(map(json_bytes, tokens["text"]), default=0) + 4 + sum(map(_longest, losses))
    weight = _longest(x for layer in tokens["weights"] for row in layer for x in row)
    each = text + sum(6 + x["k"] * (len(str(x["numExperts"])) + 1 + weight) for x in kept)
    rows = budget.take_many(each, 1 / 4, most)
    if rows == most or any(x["numExperts"] > MAX_PACKED_EXPERTS for x in kept):
        return rows, False
    budget.give(rows * each)
    part = 1 / 2 if most > MANY_TOKENS else 1 / 4
    each = text + sum(4 * x["k"] / 3 for x in kept)
    return budget.take_many(each, part, most, min(most, MIN_PACKED)), True


def _flows(layers: list[Layer], kept: list[Layer], tabled: int | None, budget: Budget) -> range:
    """All of them or none; where one layer is wanted those that lead on from it, as far as a panel shows at first."""
    every = range(len(layers))
    wanted = every if tabled is None else every[tabled : tabled + MAX_FLOWS]
    size = sum(_transitions_bytes(layers[i]) for i in wanted)
    fits = len(kept) == len(layers) and budget.take(size, 1 / 4 if tabled is None else 1 / 2)
    return wanted if fits else range(0)


def _earlier(tokens: dict[str, Any] | None, kept: list[Layer], count: int, packed: bool, budget: Budget) -> int:
    """Earlier choices that fit beside what needs room more."""
    if tokens is None or "earlier" not in tokens:
        return 0
    rows = (2 + x["k"] * (len(str(x["numExperts"])) + 1) for x in kept)
    sizes = (packed_length(count * x["k"]) for x in kept) if packed else (count * row for row in rows)
    return budget.take_many(32 + sum(8 + size for size in sizes), 1 / 3, len(tokens["earlier"]))


def _longest(values: Iterable[float | None]) -> int:
    """Bytes of the longest of these metrics or weights, and a comma."""
    most = max((abs(x) for x in values if x is not None and abs(x) < float("inf")), default=0)
    return METRIC_BYTES + len(str(int(most))) - 1


def _scalar_bytes(values: list[float | None]) -> int:
    sizes = [abs(x) for x in values if x is not None and x != 0]
    return LONG_SCALAR_BYTES if any(x >= 1e9 or x < 1e-3 for x in sizes) else SCALAR_BYTES
