"""Named series of any length in a bounded number of bins."""

from itertools import accumulate
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

    Before the first of these stand shorter ones, which end at the steps 1, 2, 4, 8, ... of the run: routers settle early.
    What is kept depends on the steps alone, never on the time. A bin bears its last step.
    """

    def __init__(self, capacity: int, blend: Blend) -> None:
        self._capacity = capacity
        self._blend = blend
        self._steps: list[int] = []
        self._series: Series = {}
        self._stride = 1
        #: Bins of the start: the first, and each as long as all before it. Together as long as one of the others.
        self._early = 1
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
            length = len(self._steps)
            if length >= self._capacity - 1 and (length - self._early) % 2 == 1:
                self._halve()

    def read(self) -> tuple[list[int], Series]:
        """All bins, the one under way included; a copy."""
        steps, series = list(self._steps), {name: list(values) for name, values in self._series.items()}
        if self._adds > 0:
            self._append(steps, series)
        return steps, series

    def _halve(self) -> None:
        # The first bin after the start is as long as the start, and belongs to it from now on.
        start = self._early + 1
        crowded = start > self._capacity / 2
        pairs = [2] * ((len(self._steps) - start) // 2)
        sizes = [*([2] if crowded else [1, 1]), *[1] * (start - 2), *pairs]
        self._steps, self._series = _joined(self._steps, self._series, sizes, self._blend)
        self._early = self._early if crowded else start
        self._stride *= 2

    def _append(self, steps: list[int], series: Series) -> None:
        for name in self._pending:
            series.setdefault(name, [None] * len(steps))
        steps.append(self._last)
        for name, values in series.items():
            values.append(self._pending[name][0] if name in self._pending else None)


def thin(steps: list[int], series: Series, most: int, blend: Blend) -> tuple[list[int], Series]:
    """The same series in at most ``most`` bins, each the mean of neighbours; a bin bears its last step. The bins cover equal
    numbers of steps but for those of the start, of which none is longer than all before it."""
    if most == 0:
        return [], {name: [] for name in series}
    return (steps, series) if len(steps) <= most else _joined(steps, series, _group_sizes(steps, most), blend)


def _group_sizes(steps: list[int], most: int) -> list[int]:
    """Lengths of at most ``most`` groups of neighbouring steps."""
    low, high = 0, steps[-1] - steps[0] + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if len(_grouped(steps, middle)) <= most else (middle, high)
    sizes = _grouped(steps, high)
    # Too few even for groups that double.
    even = -(-len(steps) // most)
    return sizes if len(sizes) <= most else [even] * -(-len(steps) // even)


def _grouped(steps: list[int], most: int) -> list[int]:
    """Lengths of groups that cover at most so many steps each, and no more than all before them."""
    before = steps[0] - 1
    sizes: list[int] = []
    limit = start = before
    for step in steps:
        if step <= limit:
            sizes[-1] += 1
        else:
            limit = start + min(most, start - before)
            sizes.append(1)
        start = step
    return sizes


def _joined(steps: list[int], series: Series, sizes: list[int], blend: Blend) -> tuple[list[int], Series]:
    """Means of groups of so many neighbours each, the last of what is left."""
    ends = [min(len(steps), end) for end in accumulate(sizes)]
    groups = [slice(start, end) for start, end in zip([0, *ends], ends)]
    means = {name: [_mean(values[group], blend) for group in groups] for name, values in series.items()}
    return [steps[end - 1] for end in ends], means


def _mean(values: list[Any], blend: Blend) -> Any:
    """Mean of the values that are there."""
    result, count = None, 0
    for value in values:
        if value is not None:
            count += 1
            result = value if result is None else blend(result, value, 1 / count)
    return result
