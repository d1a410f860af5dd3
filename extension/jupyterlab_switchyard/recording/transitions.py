"""Where the tokens of one layer's experts go in the next layer."""

from types import ModuleType
from typing import Any

from .metrics import shares
from .routed import Routed
from .window import Window


class Transitions:
    """From first choice to first choice, over the latest steps; a token that either layer sent nowhere is left out."""

    def __init__(self, num_experts: int, num_next: int) -> None:
        self.shape = (num_experts, num_next)
        #: [E * E of the next].
        self._counts = Window()

    def record(self, before: Routed, after: Routed, arrays: ModuleType, mask: Any) -> None:
        """Adds what two layers chose for the same tokens."""
        self._counts.add(arrays.between(before.indices, after.indices, *self.shape, mask=mask), arrays)

    def roll(self) -> None:
        """Starts the window's next half."""
        self._counts.roll()

    def read(self) -> list[list[float]] | None:
        """Shares by the expert that the tokens come from; [E][E of the next]. None where nothing was counted."""
        counts, width = self._counts.read(), self.shape[1]
        return counts and [shares(counts[start : start + width]) for start in range(0, len(counts), width)]
