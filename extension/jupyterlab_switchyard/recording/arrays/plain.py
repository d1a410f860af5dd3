"""Tallies of nested lists, for a Python without NumPy."""

import math
from typing import Any, Callable, Sequence

from ..limits import BINS_PER_UNIT, SIDE


def shape_of(values: Any) -> tuple[int, ...]:
    """The lengths of nested lists, as their first entries have them."""
    shape = []
    while isinstance(values, (list, tuple)):
        shape.append(len(values))
        values = values[0] if len(values) > 0 else None
    return tuple(shape)


def is_integer(values: Any) -> bool:
    return all(isinstance(item, int) for item in flat(values))


def rows(values: Any) -> list[Sequence[Any]]:
    """[..., N] as [T, N]."""
    while len(shape_of(values)) > 2:
        values = [row for block in values for row in block]
    return list(values)


def flat(values: Any) -> list[Any]:
    """Any shape as [T]."""
    while len(shape_of(values)) > 1:
        values = [item for block in values for item in block]
    return list(values)


def part(values: list, start: int, stop: int) -> list:
    return values[start:stop]


def copy(values: list) -> list:
    return [list(row) if isinstance(row, (list, tuple)) else row for row in values]


def to_list(values: Any) -> list:
    return copy(list(values))


def probabilities(logits: list[Sequence[float]]) -> list[list[float]]:
    """Softmax over the experts; [T, E]."""
    results = []
    for row in logits:
        top = max(row)
        powers = [math.exp(x - top) for x in row]
        total = sum(powers)
        results.append([power / total for power in powers])
    return results


def top_k(scores: list[Sequence[float]], k: int) -> tuple[list[list[int]], list[list[float]]]:
    """The k best experts of each token and their scores, best first; [T, K] each."""
    indices = [sorted(range(len(row)), key=lambda e: -row[e])[:k] for row in scores]
    return indices, [[row[e] for e in chosen] for row, chosen in zip(scores, indices)]


def form(scores: list[Sequence[float]]) -> str:
    """What scores [T, E] are, see the package."""
    values = [row for row in scores if all(map(math.isfinite, row))]
    if not values or len(values[0]) < 2 or any(value < 0 for row in values for value in row):
        return "logits"
    if all(0 in row for row in values):
        return "weights"
    return "probabilities" if all(abs(sum(row) - 1) < 0.02 for row in values) else "logits"


def tally(
    indices: list[Sequence[int]],
    num_experts: int,
    *,
    probabilities: list[Sequence[float]] | None = None,
    weights: list[Sequence[float]] | None = None,
    dropped: list[Sequence[bool]] | None = None,
    mask: list[bool] | None = None,
    pairs: bool = False,
) -> list[float]:
    """The tally of one pass; see the package."""
    E = num_experts
    kept = [t for t in range(len(indices)) if mask is None or mask[t]]
    load, importance, taken, weight = ([0.0] * E for _ in range(4))
    lost = entropy = 0.0
    for t in kept:
        for c, expert in enumerate(indices[t]):
            if expert < 0:
                continue
            load[expert] += 1
            if dropped is not None and dropped[t][c]:
                lost += 1
            else:
                taken[expert] += 1
                weight[expert] += 0 if weights is None else weights[t][c]
        if probabilities is not None:
            for expert, share in enumerate(probabilities[t]):
                importance[expert] += share
                # 0 for 0; a share that is not finite makes the sum so.
                entropy -= share * (math.log(share) if share > 0 else 1.0)
    return [float(len(kept)), lost, entropy, *load, *importance, *taken, *weight, *(together(indices, E, mask=mask) if pairs else [])]


def scored(logits: list[Sequence[float]], *, mask: list[bool] | None = None) -> list[float]:
    """Tokens, the sums of their squared log-sum-exps and margins, and logits and margins by bin; see ``scores``."""
    counts, ahead = [0.0] * (2 * SIDE), [0.0] * SIDE
    tokens = squares = margins = 0.0
    for t, row in enumerate(logits):
        if (mask is not None and not mask[t]) or not all(map(math.isfinite, row)):
            continue
        tokens += 1
        most, *others = sorted(row, reverse=True)
        squares += (most + math.log(sum(math.exp(value - most) for value in row))) ** 2
        for value in row:
            counts[_bin(value) + SIDE] += 1
        if others:
            margins += most - others[0]
            ahead[_bin(most - others[0])] += 1
    return [tokens, squares, margins, *counts, *ahead]


def _bin(value: float) -> int:
    """The bin of a value, from that of 0."""
    return min(SIDE - 1, max(-SIDE, math.floor(math.asinh(value) * BINS_PER_UNIT)))


def together(indices: list[Sequence[int]], num_experts: int, *, mask: list[bool] | None = None) -> list[float]:
    """How many tokens were sent to both expert i and expert j; [E * E]."""
    counts = [0.0] * (num_experts * num_experts)
    for t, row in enumerate(indices):
        chosen = [expert for expert in row if expert >= 0 and (mask is None or mask[t])]
        for i in chosen:
            for j in chosen:
                counts[i * num_experts + j] += 1
    return counts


def add(first: list[float], second: list[float]) -> list[float]:
    return [a + b for a, b in zip(first, second)]


def fetch(vectors: list[list[float]]) -> list[list[float]]:
    return [list(vector) for vector in vectors]


def unused_where_zero(indices: list[Sequence[int]], weights: list[Sequence[float]]) -> list[list[int]]:
    """Choices [T, K], -1 where their weight is 0."""
    return [[e if w > 0 else -1 for e, w in zip(*row)] for row in zip(indices, weights)]


def empty_rows(mask: list[Sequence[Any]]) -> list[list[bool]]:
    """True for the rows of [T, E] without an entry; [T, 1]."""
    return [[not any(row)] for row in mask]


def last_columns(values: list[Sequence[Any]], count: int) -> list[Sequence[Any]]:
    return [row[-count:] for row in values]


def is_regular(values: Any) -> bool:
    """Whether nested lists have the same lengths everywhere."""

    def fits(value: Any, shape: tuple[int, ...]) -> bool:
        if not shape:
            return not isinstance(value, (list, tuple))
        known = isinstance(value, (list, tuple)) and len(value) == shape[0]
        return known and all(fits(item, shape[1:]) for item in value)

    return fits(values, shape_of(values))


def attended(mask: list, places: list[int] | None) -> list[list[bool]]:
    """Of [B, 1, T, S], True or 0 where a query attends, what the last query says of the columns ``places``; [B, T]."""
    columns = range(len(mask[0][0])) if places is None else places
    return [[last[c] is True or (last[c] is not False and last[c] >= 0) for c in columns] for last in (block[0][-1] for block in mask)]


def extremes(values: Any) -> tuple[int, int]:
    """The smallest and the largest."""
    items = flat(values)
    return min(items), max(items)


def layer_of(values: Any, layer: int) -> list[Sequence[Any]]:
    """[T, L, K] as the [T, K] of one layer."""
    return [row[layer] for row in values]


def one_row(values: Any) -> list[Any]:
    """[T] as [1, T]."""
    return [values]


def between(
    first: list[Sequence[int]],
    second: list[Sequence[int]],
    num_experts: int,
    num_next: int,
    *,
    mask: list[bool] | None = None,
) -> list[float]:
    """How many tokens' first choices were expert i of one layer and j of another; [E * E of the other]."""
    counts = [0.0] * (num_experts * num_next)
    for t, (here, there) in enumerate(zip(first, second)):
        if here[0] >= 0 and there[0] >= 0 and (mask is None or mask[t]):
            counts[here[0] * num_next + there[0]] += 1
    return counts


def heaviest(
    indices: list[Sequence[int]],
    weights: list[Sequence[float]],
    num_experts: int,
    most: int,
    *,
    dropped: list[Sequence[bool]] | None = None,
    mask: list[bool] | None = None,
) -> list[list[tuple[float, int]]]:
    """The greatest weights of each expert with the rows of their tokens, the first of equal ones first; [E][at most ``most``]."""
    found: list[list[tuple[float, int]]] = [[] for _ in range(num_experts)]
    for t, row in enumerate(indices):
        for c, expert in enumerate(row):
            if expert >= 0 and (mask is None or mask[t]) and not (dropped is not None and dropped[t][c]):
                found[expert].append((weights[t][c], t))
    return [sorted(each, key=lambda pair: -pair[0])[:most] for each in found]


def alike(values: list, like: Any) -> list:
    """Rows as an array of this one's shape."""
    shape = shape_of(like)
    for size in reversed(shape[1:-1]):
        values = [values[i : i + size] for i in range(0, len(values), size)]
    return values


def next_losses(logits: list[Sequence[float]], tokens: list[int]) -> list[float]:
    """Cross entropy of each token but the first, predicted at the one before: logits [T, V], tokens [T]."""
    losses = []
    for row, token in zip(logits, tokens[1:]):
        most = max(row)
        losses.append(most + math.log(sum(math.exp(value - most) for value in row)) - row[token])
    return losses


def from_list(values: list, like: Any) -> list:
    return values


def numbered(values: list, number: Callable[[list], list[int]]) -> list[int]:
    """Each value as its number; ``number`` is asked for the different ones."""
    distinct = sorted(set(values))
    numbers = dict(zip(distinct, number(distinct)))
    return [numbers[value] for value in values]


def count_sent(
    table: list[float] | None,
    rows: list[int],
    indices: list[Sequence[int]],
    num_experts: int,
    num_rows: int,
    *,
    mask: list[bool] | None = None,
) -> list[float]:
    """Adds how often the token of each row was sent to each expert; [R * E], made or enlarged where it must be."""
    counts = [] if table is None else table
    counts += [0.0] * (num_rows * num_experts - len(counts))
    for t, chosen in enumerate(indices):
        for expert in chosen:
            if expert >= 0 and (mask is None or mask[t]):
                counts[rows[t] * num_experts + expert] += 1
    return counts


def _sized(table: list[float], size: int) -> list[float]:
    return [*table, *[0.0] * (size - len(table))]


def sent(
    tables: list[list[float]], num_experts: int, num_rows: int, order: list[int], groups: list[int], num_groups: int, top: int
) -> tuple[list, list, list]:
    """Sums up what was sent: places in ``order`` of each expert's most frequent rows, of equal ones the first, and how often
    [top][E] each; the experts of each group of rows [C][E]. ``groups`` [len(order)]."""
    total = [sum(column) for column in zip(*(_sized(table, num_rows * num_experts) for table in tables))]
    counts = [total[row * num_experts : (row + 1) * num_experts] for row in order]
    by_group = [[0.0] * num_experts for _ in range(num_groups)]
    for group, row in zip(groups, counts):
        by_group[group] = add(by_group[group], row)
    best = [sorted(range(len(order)), key=lambda place: -counts[place][e])[:top] for e in range(num_experts)]
    places = [list(column) for column in zip(*best)]
    return places, [[counts[place][e] for e, place in enumerate(row)] for row in places], by_group
