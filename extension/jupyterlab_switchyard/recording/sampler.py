"""Keeps the first tokens of the latest batch with what every layer chose for them."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Callable

from .arrays import arrays_of
from .earlier import EarlierChoices
from .limits import MAX_TOKENS
from .numbers import label
from .routed import Batch, Routed


@dataclass
class _Sample:
    ids: Any = None
    mask: Any = None
    #: Name of each sequence's domain, None where unknown.
    domains: tuple[str | None, ...] = ()
    #: Tokens of a sequence.
    length: int = 1
    #: By path: indices, weights and the functions for them.
    choices: dict[str, tuple[Any, Any, ModuleType]] = field(default_factory=dict)

    def places(self, count: int) -> list[int]:
        """Where its first tokens stand that are no padding."""
        mask = [True] * len(self.ids) if self.mask is None else arrays_of(self.mask).to_list(self.mask)
        return [t for t, real in enumerate(mask) if real][:count]

    def domain(self, place: int) -> str | None:
        sequence = place // self.length
        return self.domains[sequence] if sequence < len(self.domains) else None

    def tokens(self, places: list[int]) -> list[Any]:
        ids = arrays_of(self.ids).to_list(self.ids)
        return [ids[t] for t in places]


#: Tokens of the first sequence that are shown where nothing is asked for.
FEW = 64


class TokenSampler:
    """Of each batch the first ``count`` tokens, sequence after sequence, padding left out.

    Where nothing is asked for (``None``), those of the first sequence, at most 64.
    """

    def __init__(self, count: int | None, text_of: Callable[[int], str]) -> None:
        self._count = FEW if count is None else count
        self._goes_on = count is not None
        self._text_of = text_of
        self._texts: dict[int, str] = {}
        self._latest = _Sample()
        #: Shown while the latest batch has not passed through every layer.
        self._previous = _Sample()
        self._earlier = EarlierChoices()

    def batch(self, batch: Batch) -> None:
        """The batch whose records follow."""
        self._previous, self._latest = self._latest, _Sample()
        if batch.ids is None or self._count == 0:
            return
        longest = self._count if batch.mask is None else MAX_TOKENS
        self._latest.ids = self._first(batch.ids, longest)
        self._latest.mask = None if batch.mask is None else self._first(batch.mask, longest)
        self._latest.domains, self._latest.length = batch.domains, max(1, batch.length)

    def _first(self, values: Any, longest: int) -> Any:
        """The first of [B, T], in the order of the layers' rows."""
        arrays = arrays_of(values)
        return arrays.copy(arrays.part(arrays.flat(values) if self._goes_on else values[0], 0, longest))

    def record(self, routed: Routed, arrays: ModuleType) -> None:
        """What one layer chose for the whole batch."""
        if self._latest.ids is not None:
            count = len(self._latest.ids)
            weights = None if routed.weights is None else arrays.copy(arrays.part(routed.weights, 0, count))
            self._latest.choices[routed.path] = arrays.copy(arrays.part(routed.indices, 0, count)), weights, arrays

    def step(self, step: int) -> None:
        """Ends a step: keeps what its last batch was given, as long as its text stays the same."""
        if self._latest.choices:
            tokens = self._latest.tokens(self._latest.places(self._count))
            self._earlier.add(step, tokens, self._latest.choices)

    def read(self, layers: list[tuple[str, int]], domains: list[str]) -> dict[str, Any] | None:
        """The newest sample of these layers (path and k); one that it did not pass has -1 and None. None without any."""
        paths = {path for path, _ in layers}
        most = max((len(paths & set(sample.choices)) for sample in (self._latest, self._previous)), default=0)
        samples = (self._latest, self._previous)
        sample = next((s for s in samples if s.ids is not None and len(paths & set(s.choices)) == most), None)
        if sample is None or most == 0:
            return None
        kept = sample.places(self._count)
        tokens = sample.tokens(kept)
        experts = [_experts(sample.choices.get(path), k, kept) for path, k in layers]
        weights = [_weights(sample.choices.get(path), k, kept) for path, k in layers]
        earlier = [
            {"step": step, "experts": [_experts(choices.get(path), k, kept) for path, k in layers]}
            for step, choices in self._earlier.read(tokens, sample.choices)
        ]
        names = [sample.domain(place) for place in kept]
        return {
            "text": [self._text(token) for token in tokens],
            "domain": [domains.index(name) if name in domains else -1 for name in names],
            "experts": experts,
            "weights": weights,
            **({"earlier": earlier} if earlier else {}),
            "truncated": False,
        }

    def _text(self, token: Any) -> str:
        if token not in self._texts:
            self._texts[token] = label(self._text_of(token))
        return self._texts[token]


def _experts(chosen: Any, k: int, kept: list[int]) -> list[list[int]]:
    """[T][K]; -1 where a layer chose nothing for these tokens, or as many experts as it does not choose any more."""
    rows = [] if chosen is None else chosen[2].to_list(chosen[0])
    return [rows[t] if rows and len(rows[t]) == k else [-1] * k for t in kept]


def _weights(chosen: Any, k: int, kept: list[int]) -> list[list[float | None]]:
    rows = [] if chosen is None or chosen[1] is None else chosen[2].to_list(chosen[1])
    return [rows[t] if rows and len(rows[t]) == k else [None] * k for t in kept]
