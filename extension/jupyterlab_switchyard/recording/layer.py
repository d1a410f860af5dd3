"""What is kept of one routed layer."""

import math
import warnings
from types import ModuleType
from typing import Any

from .arrays import HEAD, VECTORS
from .metrics import load_metrics, shares
from .numbers import label
from .pairs import conditional
from .routed import Routed

#: Tallies by the name of the domain; None where it is unknown.
Tallies = dict[str | None, Any]


class LayerRecord:
    """Tallies of the step under way, of the steps since the window last rolled, and of the full window before."""

    def __init__(self, routed: Routed, k: int, pairs: bool) -> None:
        self.path = routed.path
        self.router = routed.router
        self.num_experts = routed.num_experts
        self.k = k
        self.pairs = pairs and k > 1
        self.knows_dropped = routed.knows_dropped or routed.dropped is not None
        #: Whether choices are told that experts had no room for.
        self.drops = routed.dropped is not None
        self.shared_experts = routed.shared_experts
        self.knows_probabilities = routed.probabilities is not None
        self.knows_weights = routed.weights is not None
        self._warned = False
        self.arrays: ModuleType | None = None
        self._latest: Tallies = {}
        self._current: Tallies = {}
        self._previous: Tallies = {}

    def fits(self, routed: Routed, k: int) -> bool:
        """False where the layer has changed its shape and must be recorded anew."""
        return routed.num_experts == self.num_experts and k == self.k

    def add(self, domain: str | None, tally: Any, arrays: ModuleType) -> None:
        """Adds the tally of some tokens of one domain."""
        if arrays is not self.arrays:
            self._adopt(arrays)
        _add(self._latest, {domain: tally}, arrays)

    def head(self) -> Any | None:
        """Tokens, dropped, entropy and load of the step under way; None where no token has passed."""
        heads = [tally[: HEAD + self.num_experts] for tally in self._latest.values()]
        return self._sum(heads) if heads else None

    def end_step(self, roll: bool) -> None:
        """Moves the step's tallies into the window; ``roll`` starts the window's next half."""
        _add(self._current, self._latest, self.arrays)
        self._latest = {}
        if roll:
            self._previous, self._current = self._current, {}

    def window(self) -> Tallies:
        """Tallies of the latest steps, still where they were made."""
        total: Tallies = {}
        for tallies in (self._previous, self._current, self._latest):
            _add(total, tallies, self.arrays)
        return total

    def fetch(self, vectors: list[Any]) -> list[list[float]]:
        return [] if self.arrays is None else self.arrays.fetch(vectors)

    def data(self, domains: list[str]) -> dict[str, Any]:
        """The layer as a payload holds it; exact, not yet rounded."""
        window = self.window()
        tallies = dict(zip(window, self.fetch(list(window.values()))))
        E = self.num_experts
        empty = [0.0] * (HEAD + VECTORS * E + (E**2 if self.pairs else 0))
        total = [sum(column) for column in zip(empty, *tallies.values())]
        load, importance, taken, weight = (total[HEAD + i * E : HEAD + (i + 1) * E] for i in range(VECTORS))
        metrics = load_metrics(load)
        scalars = self.scalars(total)
        by_domain = [tallies.get(domain, empty)[HEAD : HEAD + E] for domain in domains]
        return {
            "path": label(self.path),
            "router": label(self.router),
            "numExperts": E,
            "k": self.k,
            "experts": [],
            "load": shares(load),
            "importance": shares(importance) if self.knows_probabilities and self._finite(sum(importance)) else [],
            **scalars,
            "effectiveExperts": metrics["effectiveExperts"],
            "deadFraction": metrics["deadFraction"],
            "domainLoad": [shares(counts) for counts in by_domain],
            "coActivation": conditional(total[HEAD + VECTORS * E :], E) if self.pairs else None,
            **({"meanWeight": list(map(_mean, weight, taken))} if self.knows_weights else {}),
            **({"overflow": list(map(_lost, load, taken))} if self.drops else {}),
            **({"sharedExperts": self.shared_experts} if self.shared_experts > 0 else {}),
        }

    def scalars(self, head: list[float]) -> dict[str, float | None]:
        """The four series of the history from a tally or its head; None where unknown or nothing was routed."""
        tokens, dropped, entropy = head[:HEAD]
        load = head[HEAD : HEAD + self.num_experts]
        metrics = load_metrics(load)
        choices = sum(load)
        spread = self.knows_probabilities and tokens > 0 and self.num_experts > 1
        return {
            "maxVio": metrics["maxVio"],
            "cv": metrics["cv"],
            "entropy": _within(entropy / tokens / math.log(self.num_experts)) if spread and self._finite(entropy) else None,
            "dropped": min(1.0, dropped / choices) if self.knows_dropped and choices > 0 else None,
        }

    def _finite(self, value: float) -> bool:
        """Says so, once, where a router gave tokens that count numbers that are not finite."""
        known = math.isfinite(value)
        if not known and not self._warned:
            self._warned = True
            warnings.warn(f"{self.path}: the router's scores are not finite; entropy and importance are unknown", RuntimeWarning, 2)
        return known

    def _sum(self, vectors: list[Any]) -> Any:
        total = vectors[0]
        for vector in vectors[1:]:
            total = self.arrays.add(total, vector)
        return total

    def _adopt(self, arrays: ModuleType) -> None:
        """A layer whose values come as another kind of array starts anew; nothing can be added to what was."""
        self.arrays = arrays
        self._latest, self._current, self._previous = {}, {}, {}


def _add(into: Tallies, other: Tallies, arrays: ModuleType | None) -> None:
    for domain, tally in other.items():
        into[domain] = arrays.add(into[domain], tally) if domain in into else tally


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))


def _mean(total: float, count: float) -> float | None:
    """None where there is none; the contract has no mean below 0."""
    return total / count if count > 0 and total >= 0 else None


def _lost(sent: float, taken: float) -> float | None:
    """The share of what an expert was sent that it had no room for; None where it was sent nothing."""
    return (sent - taken) / sent if sent > 0 else None
