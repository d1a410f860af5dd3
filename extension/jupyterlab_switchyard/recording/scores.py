"""What routers decide by: their logits, how far the first choice is ahead of the second, their z-loss and selection bias."""

import math
from types import ModuleType
from typing import Any

from .binned import Binned, blend_numbers
from .limits import BINS_PER_UNIT, MAX_LOAD_STEPS, SIDE
from .metrics import shares

#: Entries of a tally before the bins: tokens, the sum of squared log-sum-exps, the sum of margins.
HEAD = 3
#: Sizes of a bias below this are rounding: it is 0.
NONE = 1e-7

#: Bins of equal width near 0, and of equal ratio far from it; what lies beyond the last edge, some 27, counts in the last bin.
LOGIT_EDGES = [round(math.sinh((i - SIDE) / BINS_PER_UNIT), 4) for i in range(2 * SIDE + 1)]
MARGIN_EDGES = [abs(edge) for edge in LOGIT_EDGES[SIDE:]]
SERIES = ("zLoss", "margin", "biasSize", "biasFlips")


class ScoreRecord:
    """Scores of one router's tokens over the latest 1 to 2 windows, and its selection bias over the run."""

    def __init__(self, num_experts: int) -> None:
        self._num_experts = num_experts
        self._arrays: ModuleType | None = None
        #: Tallies of the step under way, of the steps since the window rolled, and of the window before.
        self._latest: Any = None
        self._current: Any = None
        self._previous: Any = None
        #: The bias that was seen last, still where it was made.
        self._seen: Any = None
        self._bias: list[float] | None = None
        self._signs = [0] * num_experts
        self._flips = [0] * num_experts

    def record(self, logits: Any, bias: Any, arrays: ModuleType, mask: Any) -> None:
        """Adds logits [T, E] of tokens, those in padding left out, and the bias [E] that the choice was made with."""
        if logits is not None:
            if arrays is not self._arrays:
                self._arrays, self._latest, self._current, self._previous = arrays, None, None, None
            self._latest = self._sum(self._latest, arrays.scored(logits, mask=mask))
        if bias is not None:
            # A copy: a router moves its own.
            self._seen = arrays.copy(arrays.flat(bias))

    def pending(self) -> list[Any]:
        """What is to be fetched at the end of the step: its means, and the bias where one was seen; the distributions stay."""
        heads = [] if self._latest is None else [self._latest[:HEAD]]
        return [*heads, *([] if self._seen is None else [self._seen])]

    def step(self, fetched: list[list[float]], roll: bool) -> dict[str, float]:
        """Ends a step whose ``pending`` were fetched: its part of the history; ``roll`` starts the window's next half."""
        values: dict[str, float] = {}
        if self._latest is not None:
            values = {name: value for name, value in self._means(fetched[0]).items() if value is not None}
        flipped = self._watch_bias(fetched[-1] if self._seen is not None else None)
        if self._bias is not None:
            values["biasSize"] = sum(map(abs, self._bias)) / self._num_experts
            values["biasFlips"] = flipped / self._num_experts
        self._current, self._latest = self._sum(self._current, self._latest), None
        if roll:
            self._previous, self._current = self._current, None
        return values

    def read(self) -> dict[str, Any] | None:
        """As a payload holds them; None where no logits were seen."""
        total = self._sum(self._sum(self._previous, self._current), self._latest)
        if total is None:
            return None
        [tally] = self._arrays.fetch([total])
        logits, margins = tally[HEAD : HEAD + 2 * SIDE], tally[HEAD + 2 * SIDE :]
        bias = {} if self._bias is None else {"bias": list(self._bias), "biasFlips": list(self._flips)}
        return {"logits": shares(logits), "margins": shares(margins), **self._means(tally), **bias}

    def _means(self, tally: list[float]) -> dict[str, float | None]:
        tokens, squares, margin = tally[:HEAD]
        if tokens == 0:
            return {"margin": None, "zLoss": None}
        return {"margin": margin / tokens if self._num_experts > 1 else None, "zLoss": squares / tokens}

    def _watch_bias(self, bias: list[float] | None) -> int:
        """Takes up the bias of a step; how many experts' have changed their sign."""
        if bias is None:
            return 0
        self._bias, self._seen = bias, None
        flipped = 0
        for expert, value in enumerate(self._bias):
            sign = 0 if abs(value) < NONE else int(math.copysign(1, value))
            if sign != 0:
                flipped += self._signs[expert] == -sign
                self._flips[expert] += self._signs[expert] == -sign
                self._signs[expert] = sign
        return flipped

    def _sum(self, first: Any, second: Any) -> Any:
        if first is None or second is None:
            return second if first is None else first
        return self._arrays.add(first, second)


class ScoreHistory:
    """What routers decide by, over the steps of a run."""

    def __init__(self) -> None:
        self._binned = Binned(MAX_LOAD_STEPS, blend_numbers)
        self._any = False

    def add(self, step: int, values: dict[str, dict[str, float]]) -> None:
        """Adds what the routers of the layers of these paths decided by in a step."""
        named = [(f"{name} {path}", value) for path, each in values.items() for name, value in each.items()]
        if named:
            self._any = True
            self._binned.add(step, named)

    def read(self, paths: list[str]) -> dict[str, Any]:
        """As a payload holds it, of the layers of these paths; empty where nothing was told."""
        if not self._any:
            return {}
        steps, series = self._binned.read()
        rows = {name: [series.get(f"{name} {path}", [None] * len(steps)) for path in paths] for name in SERIES}
        for name in ("biasSize", "biasFlips"):
            if all(value is None for row in rows[name] for value in row):
                rows[name] = []
        return {"internals": {"steps": steps, **rows}}
