"""Counts over the latest steps."""

from types import ModuleType
from typing import Any


class Window:
    """One vector, added up since the window rolled, and that of the window before."""

    def __init__(self) -> None:
        self._arrays: ModuleType | None = None
        self._current: Any = None
        self._previous: Any = None

    def add(self, counts: Any, arrays: ModuleType) -> None:
        """Values that come as another kind of array start anew: nothing can be added to what was."""
        if arrays is not self._arrays:
            self._arrays, self._current, self._previous = arrays, None, None
        self._current = counts if self._current is None else arrays.add(self._current, counts)

    def roll(self) -> None:
        """Starts the window's next half."""
        self._previous, self._current = self._current, None

    def read(self) -> list[float] | None:
        """None where nothing was counted."""
        parts = [counts for counts in (self._previous, self._current) if counts is not None]
        return [sum(column) for column in zip(*self._arrays.fetch(parts))] if parts else None
