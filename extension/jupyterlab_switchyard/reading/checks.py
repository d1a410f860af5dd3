"""What arrays from elsewhere must be before they are counted."""

from typing import Any, Sequence

from ..recording.arrays import arrays_of
from ..recording.errors import brief, fail
from ..recording.routed import Batch


def paths(where: str, names: Sequence[str] | None, count: int) -> list[str]:
    """The names of the layers; by default their numbers."""
    if names is None:
        return [f"layers.{i}" for i in range(count)]
    if len(names) != count or len(set(names)) != count:
        fail(where, f"layers must have {count} different names", names)
    return list(map(str, names))


def batch_of(where: str, count: int, *, tokens: Any, mask: Any = None, domain: str | None = None) -> Batch:
    """``count`` tokens with their numbers or texts, [T] or [B, T], and their padding; one sequence where both are unknown."""
    known = tokens if tokens is not None else mask
    shape = (count,) if known is None else tuple(arrays_of(known).shape_of(known))
    size, length = (1, *shape) if len(shape) == 1 else shape if len(shape) == 2 else (0, 0)
    if size * length != count:
        fail(where, f"tokens must be [T] or [B, T] for {count} tokens", brief(known))
    if mask is not None and arrays_of(mask).shape_of(mask) != shape:
        fail(where, f"attention_mask must be [B, T] as input_ids is, {list(shape)}", brief(mask))
    return Batch(size, length, _table(tokens), _table(mask), (domain,))


def _table(values: Any) -> Any:
    """[T] as [1, T]."""
    return values if values is None or len(arrays_of(values).shape_of(values)) == 2 else arrays_of(values).one_row(values)
