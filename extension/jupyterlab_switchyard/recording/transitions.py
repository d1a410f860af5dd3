"""Where the tokens of one layer's experts go in the next layer."""

from types import ModuleType
from typing import Any

from .metrics import shares
from .routed import Routed


class Transitions:
    """From first choice to first choice, over the latest steps; a token that either layer sent nowhere is left out."""

    def __init__(self, num_experts: int, num_next: int) -> None:
        self.shape = (num_experts, num_next)
        self._arrays: ModuleType | None = None
        #: [E * E of the next], since the window rolled, and of the window before.
        self._current: Any = None
        self._previous: Any = None

    def record(self, before: Routed, after: Routed, arrays: ModuleType, mask: Any) -> None:
        """Adds what two layers chose for the same tokens."""
        if arrays is not self._arrays:
            self._arrays, self._current, self._previous = arrays, None, None
        counts = arrays.between(before.indices, after.indices, *self.shape, mask=mask)
        self._current = counts if self._current is None else arrays.add(self._current, counts)

    def roll(self) -> None:
        """Starts the window's next half."""
        self._previous, self._current = self._current, None

    def read(self) -> list[list[float]] | None:
        """Shares by the expert that the tokens come from; [E][E of the next]. None where nothing was counted."""
        parts = [counts for counts in (self._previous, self._current) if counts is not None]
        if not parts:
            return None
        counts = [sum(column) for column in zip(*self._arrays.fetch(parts))]
        width = self.shape[1]
        return [shares(counts[start : start + width]) for start in range(0, len(counts), width)]
