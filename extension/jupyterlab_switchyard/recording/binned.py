"""Named series of any length in a bounded number of bins."""

from typing import Any, Callable, Iterable

#: Joins two values of a series; the last argument is the share of the second.
Blend = Callable[[Any, Any, float], Any]
#: Named series over the same steps, None where a name was absent.
Series = dict[str, list[Any]]


def blend_numbers(first: float, second: float, weight: float) -> float:
    return first + (second - first) * weight


def blend_vectors(first: list[float], second: list[float], weight: float) -> list[float]:
    return [a + (b - a) * weight for a, b in zip(first, second)]


class Binned:
    """Each bin is the mean over ``stride`` steps, and the stride doubles whenever the bins are full.

    What is kept depends on the steps alone, never on the time. A bin bears its last step.
    """

    def __init__(self, capacity: int, blend: Blend) -> None:
        self._capacity = capacity
        self._blend = blend
        self._steps: list[int] = []
        self._series: Series = {}
        self._stride = 1
        self._pending: dict[str, tuple[Any, int]] = {}
        self._adds = 0
        self._last = 0

    def add(self, step: int, values: Iterable[tuple[str, Any]]) -> None:
        """Adds the values of one step; steps ascend."""
        for name, value in values:
            mean, count = self._pending.get(name, (value, 0))
            self._pending[name] = (self._blend(mean, value, 1 / (count + 1)), count + 1)
        self._adds += 1
        self._last = step
        if self._adds == self._stride:
            self._append(self._steps, self._series)
            self._pending, self._adds = {}, 0
            if len(self._steps) == self._capacity:
                self._steps, self._series = thin(self._steps, self._series, self._capacity // 2, self._blend)
                self._stride *= 2

    def read(self) -> tuple[list[int], Series]:
        """All bins, the one under way included; a copy."""
        steps, series = list(self._steps), {name: list(values) for name, values in self._series.items()}
        if self._adds > 0:
            self._append(steps, series)
        return steps, series

    def _append(self, steps: list[int], series: Series) -> None:
        for name in self._pending:
            series.setdefault(name, [None] * len(steps))
        steps.append(self._last)
        for name, values in series.items():
            values.append(self._pending[name][0] if name in self._pending else None)


def thin(steps: list[int], series: Series, most: int, blend: Blend) -> tuple[list[int], Series]:
    """The same series in at most ``most`` bins, each the mean of as many neighbours; a bin bears its last step."""
    if most == 0:
        return [], {name: [] for name in series}
    size = max(1, -(-len(steps) // most))
    if size == 1:
        return steps, series
    starts = range(0, len(steps), size)
    lasts = [steps[min(len(steps), start + size) - 1] for start in starts]
    return lasts, {name: [_mean(values[i : i + size], blend) for i in starts] for name, values in series.items()}


def _mean(values: list[Any], blend: Blend) -> Any:
    """Mean of the values that are there."""
    result, count = None, 0
    for value in values:
        if value is not None:
            count += 1
            result = value if result is None else blend(result, value, 1 / count)
    return result
