"""Which experts of a layer are chosen together."""

from types import ModuleType
from typing import Any

from .routed import Routed
from .window import Window


class Pairs:
    """How many tokens were sent to both of two experts, over the latest steps; for layers whose tallies have no pairs."""

    def __init__(self, num_experts: int) -> None:
        self.num_experts = num_experts
        #: [E * E].
        self._counts = Window()

    def record(self, routed: Routed, arrays: ModuleType, mask: Any) -> None:
        """Adds what the layer chose."""
        self._counts.add(arrays.together(routed.indices, self.num_experts, mask=mask), arrays)

    def roll(self) -> None:
        """Starts the window's next half."""
        self._counts.roll()

    def read(self) -> list[list[float | None]] | None:
        """See ``conditional``; None where nothing was counted."""
        counts = self._counts.read()
        return counts and conditional(counts, self.num_experts)


def conditional(pairs: list[float], num_experts: int) -> list[list[float | None]]:
    """N_ij / N_i: of the tokens sent to expert i, the share also sent to j; None where i was not chosen."""
    rows = [pairs[i * num_experts : (i + 1) * num_experts] for i in range(num_experts)]
    return [[min(1.0, n / row[i]) if row[i] > 0 else None for n in row] for i, row in enumerate(rows)]
