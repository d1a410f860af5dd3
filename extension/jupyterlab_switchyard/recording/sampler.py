"""Keeps the first tokens of the latest batch with what every layer chose for them."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Callable

from .arrays import arrays_of
from .limits import MAX_TOKENS
from .numbers import label
from .routed import Batch, Routed


@dataclass
class _Sample:
    ids: Any = None
    mask: Any = None
    domain: str | None = None
    #: By path: indices, weights and the functions for them.
    choices: dict[str, tuple[Any, Any, ModuleType]] = field(default_factory=dict)


class TokenSampler:
    """Of each batch, the first ``count`` tokens of the first sequence, padding left out."""

    def __init__(self, count: int, text_of: Callable[[int], str]) -> None:
        self._count = count
        self._text_of = text_of
        self._texts: dict[int, str] = {}
        self._latest = _Sample()
        #: Shown while the latest batch has not passed through every layer.
        self._previous = _Sample()

    def batch(self, batch: Batch) -> None:
        """The batch whose records follow."""
        self._previous, self._latest = self._latest, _Sample()
        if batch.ids is None or self._count == 0:
            return
        self._latest.ids = _first(batch.ids)
        self._latest.mask = None if batch.mask is None else _first(batch.mask)
        self._latest.domain = batch.domains[0] if batch.domains else None

    def record(self, routed: Routed, arrays: ModuleType) -> None:
        """What one layer chose for the whole batch."""
        if self._latest.ids is not None:
            count = len(self._latest.ids)
            weights = None if routed.weights is None else arrays.copy(arrays.part(routed.weights, 0, count))
            self._latest.choices[routed.path] = arrays.copy(arrays.part(routed.indices, 0, count)), weights, arrays

    def read(self, layers: list[tuple[str, int]], domains: list[str]) -> dict[str, Any] | None:
        """The newest sample of these layers (path and k); one that it did not pass has -1 and None. None without any."""
        paths = {path for path, _ in layers}
        most = max((len(paths & set(sample.choices)) for sample in (self._latest, self._previous)), default=0)
        samples = (self._latest, self._previous)
        sample = next((s for s in samples if s.ids is not None and len(paths & set(s.choices)) == most), None)
        if sample is None or most == 0:
            return None
        ids = arrays_of(sample.ids).to_list(sample.ids)
        mask = [True] * len(ids) if sample.mask is None else arrays_of(sample.mask).to_list(sample.mask)
        kept = [t for t in range(len(ids)) if mask[t]][: self._count]
        experts, weights = zip(*(_choices(sample.choices.get(path), k, kept) for path, k in layers))
        domain = domains.index(sample.domain) if sample.domain in domains else -1
        return {
            "text": [self._text(ids[t]) for t in kept],
            "domain": [domain] * len(kept),
            "experts": list(experts),
            "weights": list(weights),
            "truncated": False,
        }

    def _text(self, token: Any) -> str:
        if token not in self._texts:
            self._texts[token] = label(self._text_of(token))
        return self._texts[token]


def _first(values: Any) -> Any:
    """The first sequence of [B, T], up to the longest sample."""
    arrays = arrays_of(values)
    return arrays.copy(arrays.part(values[0], 0, MAX_TOKENS))


def _choices(chosen: Any, k: int, kept: list[int]) -> tuple[list[list[int]], list[list[float | None]]]:
    if chosen is None:
        return [[-1] * k for _ in kept], [[None] * k for _ in kept]
    indices, weights, arrays = chosen
    experts = arrays.to_list(indices)
    values = None if weights is None else arrays.to_list(weights)
    return [experts[t] for t in kept], [[None] * k if values is None else values[t] for t in kept]
