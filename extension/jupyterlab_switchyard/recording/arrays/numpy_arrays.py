"""Tallies of NumPy arrays, and of what can become one."""

from typing import Any, Callable

import numpy as np

from . import plain
from ..limits import BINS_PER_UNIT, SIDE


def shape_of(values: Any) -> tuple[int, ...]:
    return tuple(np.shape(values))


def is_integer(values: Any) -> bool:
    return np.asarray(values).dtype.kind in "iub"


def is_regular(values: Any) -> bool:
    return True


def rows(values: Any) -> np.ndarray:
    """[..., N] as [T, N]."""
    values = np.asarray(values)
    return values.reshape(-1, values.shape[-1])


def flat(values: Any) -> np.ndarray:
    """Any shape as [T]."""
    return np.asarray(values).reshape(-1)


def part(values: np.ndarray, start: int, stop: int) -> np.ndarray:
    return values[start:stop]


def copy(values: np.ndarray) -> np.ndarray:
    return np.array(values)


def to_list(values: Any) -> list:
    return np.asarray(values).tolist()


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax over the experts; [T, E]."""
    logits = logits.astype(np.float64)
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def form(scores: np.ndarray) -> str:
    """What scores [T, E] are, see the package."""
    values = scores.astype(np.float64)
    values = values[np.isfinite(values).all(-1)]
    if len(values) == 0 or values.shape[-1] < 2 or (values < 0).any():
        return "logits"
    if (values == 0).any(-1).all():
        return "weights"
    return "probabilities" if (abs(values.sum(-1) - 1) < 0.02).all() else "logits"


def top_k(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k best experts of each token and their scores, best first; [T, K] each."""
    indices = np.argsort(-scores, axis=-1, kind="stable")[:, :k]
    return indices, np.take_along_axis(scores, indices, -1)


def tally(
    indices: np.ndarray,
    num_experts: int,
    *,
    probabilities: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    dropped: np.ndarray | None = None,
    mask: np.ndarray | None = None,
    pairs: bool = False,
) -> np.ndarray:
    """The tally of one pass; see the package."""
    used = indices >= 0
    if mask is not None:
        mask = mask.astype(bool)
        used = used & mask[:, None]
    keys = np.where(used, indices, num_experts).astype(np.int64)
    kept = keys if dropped is None else np.where(dropped.astype(bool), num_experts, keys)
    tokens = len(indices) if mask is None else mask.sum()
    lost = 0 if dropped is None else (dropped.astype(bool) & used).sum()
    entropy, importance = _spread(probabilities, num_experts, mask)
    load, taken = _counts(keys, num_experts), _counts(kept, num_experts)
    weight = np.zeros(num_experts) if weights is None else _counts(kept, num_experts, weights)
    parts = [[tokens, lost, entropy], load, importance, taken, weight]
    if pairs:
        chosen = _one_hot(keys, num_experts)
        parts.append((chosen.T @ chosen).ravel())
    return np.concatenate(parts).astype(np.float64)


def scored(logits: np.ndarray, *, mask: np.ndarray | None = None) -> np.ndarray:
    """Tokens, the sums of their squared log-sum-exps and margins, and logits and margins by bin; see ``scores``."""
    values = np.asarray(logits, dtype=np.float64)
    known = np.isfinite(values).all(-1)
    if mask is not None:
        known = known & mask.astype(bool)
    values = values[known]
    several = values.shape[-1] > 1
    best = np.sort(values, axis=-1)
    margins = best[:, -1] - best[:, -2] if several else np.zeros(len(values))
    most = best[:, -1]
    squares = (most + np.log(np.exp(values - most[:, None]).sum(-1))) ** 2
    counts = np.bincount((_bins(values) + SIDE).ravel(), minlength=2 * SIDE)
    ahead = np.bincount(_bins(margins), minlength=SIDE) if several else np.zeros(SIDE)
    return np.concatenate([[len(values), squares.sum(), margins.sum()], counts, ahead]).astype(np.float64)


def _bins(values: np.ndarray) -> np.ndarray:
    """The bin of each value, from that of 0."""
    return np.clip(np.floor(np.arcsinh(values) * BINS_PER_UNIT), -SIDE, SIDE - 1).astype(np.int64)


def together(indices: np.ndarray, num_experts: int, *, mask: np.ndarray | None = None) -> np.ndarray:
    """How many tokens were sent to both expert i and expert j; [E * E]."""
    used = (indices >= 0) & (True if mask is None else mask.astype(bool)[:, None])
    chosen = _one_hot(np.where(used, indices, num_experts).astype(np.int64), num_experts)
    return (chosen.T @ chosen).ravel()


def _one_hot(keys: np.ndarray, num_experts: int) -> np.ndarray:
    """1 for the experts among a token's keys, of which E stands for none; [T, E]."""
    chosen = np.zeros((len(keys), num_experts + 1))
    np.put_along_axis(chosen, keys, 1.0, 1)
    return chosen[:, :num_experts]


def _counts(keys: np.ndarray, num_experts: int, weights: np.ndarray | None = None) -> np.ndarray:
    """How often, or with how much weight, each expert is among the keys; E stands for none."""
    values = None if weights is None else weights.ravel()
    return np.bincount(keys.ravel(), values, minlength=num_experts + 1)[:num_experts]


def _spread(probabilities: np.ndarray | None, num_experts: int, mask: np.ndarray | None) -> tuple[float, np.ndarray]:
    """The sum of entropies and of probabilities [E]."""
    if probabilities is None:
        return 0.0, np.zeros(num_experts)
    values = probabilities.astype(np.float64)
    if mask is not None:
        # Selected: what stands in padding may be NaN, which times 0 is NaN.
        values = np.where(mask[:, None], values, 0)
    logs = np.log(values, out=np.zeros_like(values), where=values > 0)
    return float(-(values * logs).sum()), values.sum(0)


def add(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return first + second


def fetch(vectors: list[np.ndarray]) -> list[list[float]]:
    return [vector.tolist() for vector in vectors]


def unused_where_zero(indices: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Choices [T, K], -1 where their weight is 0."""
    return np.where(weights > 0, indices, -1)


def empty_rows(mask: np.ndarray) -> np.ndarray:
    """True for the rows of [T, E] without an entry; [T, 1]."""
    return ~mask.astype(bool).any(-1, keepdims=True)


def last_columns(values: np.ndarray, count: int) -> np.ndarray:
    return values[:, -count:]


def attended(mask: np.ndarray, places: np.ndarray | None) -> np.ndarray:
    """Of [B, 1, T, S], True or 0 where a query attends, what the last query says of the columns ``places``; [B, T]."""
    last = mask[:, 0, -1]
    own = last[:, : mask.shape[2]] if places is None else last[:, places]
    return own if own.dtype == bool else own >= 0


def extremes(values: np.ndarray) -> tuple[int, int]:
    """The smallest and the largest."""
    return int(values.min()), int(values.max())


def layer_of(values: np.ndarray, layer: int) -> np.ndarray:
    """[T, L, K] as the [T, K] of one layer."""
    return values[:, layer]


def one_row(values: np.ndarray) -> np.ndarray:
    """[T] as [1, T]."""
    return values[None]


def between(
    first: np.ndarray, second: np.ndarray, num_experts: int, num_next: int, *, mask: np.ndarray | None = None
) -> np.ndarray:
    """How many tokens' first choices were expert i of one layer and j of another; [E * E of the other]."""
    i, j = first[:, 0].astype(np.int64), second[:, 0].astype(np.int64)
    known = (i >= 0) & (j >= 0) & (True if mask is None else mask.astype(bool))
    return np.bincount((i * num_next + j)[known], minlength=num_experts * num_next).astype(np.float64)


def heaviest(
    indices: np.ndarray,
    weights: np.ndarray,
    num_experts: int,
    most: int,
    *,
    dropped: np.ndarray | None = None,
    mask: np.ndarray | None = None,
) -> list[list[tuple[float, int]]]:
    """The greatest weights of each expert with the rows of their tokens, the first of equal ones first; [E][at most ``most``]."""
    lists = (None if values is None else np.asarray(values).tolist() for values in (dropped, mask))
    return plain.heaviest(indices.tolist(), weights.tolist(), num_experts, most, **dict(zip(("dropped", "mask"), lists)))


def alike(values: list, like: np.ndarray) -> np.ndarray:
    """Rows as an array of this one's shape and type."""
    return np.asarray(values, dtype=like.dtype).reshape(like.shape)


def next_losses(logits: np.ndarray, tokens: np.ndarray) -> list[float]:
    """Cross entropy of each token but the first, predicted at the one before: logits [T, V], tokens [T]."""
    values = np.asarray(logits, dtype=np.float64)[:-1]
    most = values.max(-1, keepdims=True)
    sums = most[:, 0] + np.log(np.exp(values - most).sum(-1))
    return (sums - np.take_along_axis(values, np.asarray(tokens)[1:, None].astype(np.int64), -1)[:, 0]).tolist()


def from_list(values: list, like: np.ndarray) -> np.ndarray:
    return np.array(values)


def numbered(values: np.ndarray, number: Callable[[list], list[int]]) -> np.ndarray:
    """Each value as its number; ``number`` is asked for the different ones."""
    distinct, places = np.unique(values, return_inverse=True)
    return np.array(number(distinct.tolist()))[places.reshape(-1)]


def count_sent(
    table: np.ndarray | None,
    rows: np.ndarray,
    indices: np.ndarray,
    num_experts: int,
    num_rows: int,
    *,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Adds how often the token of each row was sent to each expert; [R * E], made or enlarged where it must be."""
    used = indices >= 0
    if mask is not None:
        used = used & mask.astype(bool)[:, None]
    counts = _sized(np.zeros(0) if table is None else table, num_rows * num_experts)
    np.add.at(counts, (rows[:, None] * num_experts + indices)[used], 1)
    return counts


def _sized(table: np.ndarray, size: int) -> np.ndarray:
    return table if len(table) == size else np.pad(table, (0, size - len(table)))


def sent(
    tables: list[np.ndarray], num_experts: int, num_rows: int, order: list[int], groups: list[int], num_groups: int, top: int
) -> tuple[list, list, list]:
    """Sums up what was sent: places in ``order`` of each expert's most frequent rows, of equal ones the first, and how often
    [top][E] each; the experts of each group of rows [C][E]. ``groups`` [len(order)]."""
    counts = sum(_sized(table, num_rows * num_experts) for table in tables).reshape(-1, num_experts)[order]
    places = np.argsort(-counts, axis=0, kind="stable")[:top]
    by_group = np.zeros((num_groups, num_experts))
    np.add.at(by_group, groups, counts)
    return places.tolist(), np.take_along_axis(counts, places, 0).tolist(), by_group.tolist()
