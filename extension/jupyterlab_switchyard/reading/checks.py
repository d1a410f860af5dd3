"""What arrays from elsewhere must be before they are counted."""

from typing import Any, Sequence

from ..recording.arrays import arrays_of
from ..recording.errors import brief, fail


def paths(where: str, names: Sequence[str] | None, count: int) -> list[str]:
    """The names of the layers; by default their numbers."""
    if names is None:
        return [f"layers.{i}" for i in range(count)]
    if len(names) != count or len(set(names)) != count:
        fail(where, f"layers must have {count} different names", names)
    return list(map(str, names))


def sequence_shape(where: str, tokens: Any, count: int) -> tuple[int, int]:
    """B and T of token numbers that belong to ``count`` tokens; one sequence where there are none."""
    shape = (count,) if tokens is None else tuple(arrays_of(tokens).shape_of(tokens))
    size, length = (1, *shape) if len(shape) == 1 else shape if len(shape) == 2 else (0, 0)
    if size * length != count:
        fail(where, f"tokens must be [T] or [B, T] for {count} tokens", brief(tokens))
    return size, length


def table(values: Any) -> Any:
    """[T] as [1, T]."""
    return values if values is None or len(arrays_of(values).shape_of(values)) == 2 else arrays_of(values).one_row(values)
