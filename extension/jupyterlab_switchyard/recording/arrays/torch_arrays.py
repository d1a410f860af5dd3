"""Tallies of PyTorch tensors on their own device: nothing waits for it until ``fetch``."""

from typing import Any, Callable

import torch
from torch import Tensor

from ..limits import BINS_PER_UNIT, SIDE


def shape_of(values: Tensor) -> tuple[int, ...]:
    return tuple(values.shape)


def is_integer(values: Tensor) -> bool:
    return not (values.is_floating_point() or values.is_complex())


def is_regular(values: Tensor) -> bool:
    return True


def rows(values: Tensor) -> Tensor:
    """[..., N] as [T, N], cut from the graph of gradients."""
    return values.detach().reshape(-1, values.shape[-1])


def flat(values: Tensor) -> Tensor:
    """Any shape as [T]."""
    return values.detach().reshape(-1)


def part(values: Tensor, start: int, stop: int) -> Tensor:
    return values[start:stop]


def copy(values: Tensor) -> Tensor:
    """Holds on to these values alone, not to what they were cut from."""
    return values.detach().clone()


def to_list(values: Tensor) -> list:
    return values.detach().tolist()


@torch.no_grad()
def probabilities(logits: Tensor) -> Tensor:
    """Softmax over the experts; [T, E]."""
    return torch.softmax(logits, -1, dtype=torch.float32)


@torch.no_grad()
def form(scores: Tensor) -> str:
    """What scores [T, E] are, see the package; waits for the device."""
    values = scores.detach().float()
    values = values[values.isfinite().all(-1)]
    if len(values) == 0 or values.shape[-1] < 2 or bool((values < 0).any()):
        return "logits"
    if bool((values == 0).any(-1).all()):
        return "weights"
    return "probabilities" if bool(((values.sum(-1) - 1).abs() < 0.02).all()) else "logits"


@torch.no_grad()
def top_k(scores: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k best experts of each token and their scores, best first; [T, K] each."""
    weights, indices = torch.topk(scores, k, dim=-1)
    return indices, weights


@torch.no_grad()
def tally(
    indices: Tensor,
    num_experts: int,
    *,
    probabilities: Tensor | None = None,
    weights: Tensor | None = None,
    dropped: Tensor | None = None,
    mask: Tensor | None = None,
    pairs: bool = False,
) -> Tensor:
    """The tally of one pass; see the package."""
    # Inside a user's autocast the product of pairs would lose whole numbers.
    with torch.autocast(indices.device.type, enabled=False):
        exact = torch.float32 if indices.device.type == "mps" else torch.float64
        used = indices >= 0
        if mask is not None:
            mask = mask.to(indices.device, torch.bool)
            used = used & mask[:, None]
        # Unused choices are counted in a column of their own, which is cut off.
        keys = torch.where(used, indices, num_experts).long()
        load = taken = _zeros(num_experts + 1, exact, indices).scatter_add_(0, keys.flatten(), used.flatten().to(exact))
        kept = keys
        if dropped is not None:
            kept = torch.where(dropped.bool(), num_experts, keys)
            taken = torch.zeros_like(load).scatter_add_(0, kept.flatten(), used.flatten().to(exact))
        weight = torch.zeros_like(load)
        if weights is not None:
            weight.scatter_add_(0, kept.flatten(), weights.flatten().to(exact))
        tokens = _zeros(1, exact, indices) + len(indices) if mask is None else mask.sum(dtype=exact).reshape(1)
        lost = _zeros(1, exact, indices) if dropped is None else (dropped.bool() & used).sum(dtype=exact).reshape(1)
        parts = [tokens, lost, *_spread(probabilities, num_experts, mask, exact, indices)]
        parts.insert(3, load[:num_experts])
        parts += [taken[:num_experts], weight[:num_experts]]
        if pairs:
            chosen = _one_hot(keys, num_experts)
            parts.append((chosen.T @ chosen).flatten().to(exact))
        return torch.cat(parts)


@torch.no_grad()
def scored(logits: Tensor, *, mask: Tensor | None = None) -> Tensor:
    """Tokens, the sums of their squared log-sum-exps and margins, and logits and margins by bin; see ``scores``."""
    with torch.autocast(logits.device.type, enabled=False):
        exact = torch.float32 if logits.device.type == "mps" else torch.float64
        # One that is not finite, as of an expert that is masked, has no margin.
        known = logits.isfinite().all(-1)
        if mask is not None:
            known = known & mask.to(logits.device, torch.bool)
        values = torch.where(known[:, None], logits.detach().to(exact), 0)
        best = values.topk(min(2, values.shape[-1]), dim=-1).values
        margins = (best[:, 0] - best[:, -1]) * known
        squares = values.logsumexp(-1).square() * known
        head = torch.stack([known.sum(dtype=exact), squares.sum(), margins.sum()])
        # What does not count stands in a bin of its own, which is cut off.
        bins = torch.where(known[:, None], _bins(values) + SIDE, 2 * SIDE).flatten()
        counts = _zeros(2 * SIDE + 1, exact, logits).scatter_add_(0, bins, torch.ones_like(values).flatten())
        steps = torch.where(known, _bins(margins), SIDE) if values.shape[-1] > 1 else torch.full_like(known, SIDE, dtype=torch.long)
        ahead = _zeros(SIDE + 1, exact, logits).scatter_add_(0, steps, torch.ones_like(margins))
        return torch.cat([head, counts[: 2 * SIDE], ahead[:SIDE]])


def _bins(values: Tensor) -> Tensor:
    """The bin of each value, from that of 0."""
    return (values.asinh() * BINS_PER_UNIT).floor().clamp(-SIDE, SIDE - 1).long()


@torch.no_grad()
def together(indices: Tensor, num_experts: int, *, mask: Tensor | None = None) -> Tensor:
    """How many tokens were sent to both expert i and expert j; [E * E]."""
    with torch.autocast(indices.device.type, enabled=False):
        exact = torch.float32 if indices.device.type == "mps" else torch.float64
        used = indices >= 0
        if mask is not None:
            used = used & mask.to(indices.device, torch.bool)[:, None]
        chosen = _one_hot(torch.where(used, indices, num_experts).long(), num_experts)
        return (chosen.T @ chosen).flatten().to(exact)


def _one_hot(keys: Tensor, num_experts: int) -> Tensor:
    """1 for the experts among a token's keys, of which E stands for none; [T, E]."""
    chosen = torch.zeros(len(keys), num_experts + 1, device=keys.device).scatter_(1, keys, 1.0)
    return chosen[:, :num_experts]


def _spread(
    probabilities: Tensor | None, num_experts: int, mask: Tensor | None, exact: torch.dtype, like: Tensor
) -> tuple[Tensor, Tensor]:
    """The sum of entropies [1] and of probabilities [E]."""
    if probabilities is None:
        return _zeros(1, exact, like), _zeros(num_experts, exact, like)
    values = probabilities.float()
    if mask is not None:
        # Selected: what stands in padding may be NaN, which times 0 is NaN.
        values = torch.where(mask[:, None], values, 0)
    return torch.special.entr(values).sum(dtype=exact).reshape(1), values.sum(0, dtype=exact)


def _zeros(size: int, dtype: torch.dtype, like: Tensor) -> Tensor:
    return torch.zeros(size, dtype=dtype, device=like.device)


@torch.no_grad()
def add(first: Tensor, second: Tensor) -> Tensor:
    # A new tensor: one made in inference mode must not be changed outside of it.
    return first + second.to(first.device)


def fetch(vectors: list[Tensor]) -> list[list[float]]:
    """Vectors as lists; one transfer for each device."""
    results: list[Any] = [None] * len(vectors)
    for device in dict.fromkeys(vector.device for vector in vectors):
        there = [i for i, vector in enumerate(vectors) if vector.device == device]
        values = torch.cat([vectors[i] for i in there]).tolist()
        start = 0
        for i in there:
            results[i] = values[start : start + len(vectors[i])]
            start += len(vectors[i])
    return results


def unused_where_zero(indices: Tensor, weights: Tensor) -> Tensor:
    """Choices [T, K], -1 where their weight is 0."""
    return torch.where(weights > 0, indices, -1)


def empty_rows(mask: Tensor) -> Tensor:
    """True for the rows of [T, E] without an entry; [T, 1]."""
    return ~mask.bool().any(-1, keepdim=True)


def last_columns(values: Tensor, count: int) -> Tensor:
    return values[:, -count:]


@torch.no_grad()
def attended(mask: Tensor, places: Tensor | None) -> Tensor:
    """Of [B, 1, T, S], True or 0 where a query attends, what the last query says of the columns ``places``; [B, T]."""
    last = mask[:, 0, -1]
    own = last[:, : mask.shape[2]] if places is None else last[:, places.to(mask.device)]
    return own if own.dtype is torch.bool else own >= 0


def extremes(values: Tensor) -> tuple[int, int]:
    """The smallest and the largest."""
    return int(values.min()), int(values.max())


def layer_of(values: Tensor, layer: int) -> Tensor:
    """[T, L, K] as the [T, K] of one layer."""
    return values[:, layer]


def one_row(values: Tensor) -> Tensor:
    """[T] as [1, T]."""
    return values[None]


@torch.no_grad()
def between(first: Tensor, second: Tensor, num_experts: int, num_next: int, *, mask: Tensor | None = None) -> Tensor:
    """How many tokens' first choices were expert i of one layer and j of another; [E * E of the other]."""
    i, j = first[:, 0], second[:, 0].to(first.device)
    known = (i >= 0) & (j >= 0)
    if mask is not None:
        known = known & mask.to(first.device, torch.bool)
    size = num_experts * num_next
    exact = torch.float32 if first.device.type == "mps" else torch.float64
    keys = torch.where(known, i * num_next + j, size).long()
    return _zeros(size + 1, exact, first).scatter_add_(0, keys, known.to(exact))[:size]


@torch.no_grad()
def heaviest(
    indices: Tensor, weights: Tensor, num_experts: int, most: int, *, dropped: Tensor | None = None, mask: Tensor | None = None
) -> list[list[tuple[float, int]]]:
    """The greatest weights of each expert with the rows of their tokens, the first of equal ones first; [E][at most ``most``]."""
    used = indices >= 0
    if mask is not None:
        used = used & mask.to(indices.device, torch.bool)[:, None]
    if dropped is not None:
        used = used & ~dropped.bool()
    keys = torch.where(used, indices, num_experts).long()
    table = torch.full((num_experts + 1, len(indices)), -torch.inf, device=indices.device)
    table.index_put_((keys, torch.arange(len(indices), device=indices.device)[:, None].expand_as(keys)), weights.float())
    values, rows = table[:num_experts].sort(dim=-1, descending=True, stable=True)
    pairs = zip(values[:, :most].tolist(), rows[:, :most].tolist())
    return [[(weight, row) for weight, row in zip(*pair) if weight > -float("inf")] for pair in pairs]


def alike(values: list, like: Tensor) -> Tensor:
    """Rows as an array of this one's shape, type and device."""
    return like.detach().new_tensor(values).reshape(like.shape)


@torch.no_grad()
def next_losses(logits: Tensor, tokens: Tensor) -> list[float]:
    """Cross entropy of each token but the first, predicted at the one before: logits [T, V], tokens [T]."""
    with torch.autocast(logits.device.type, enabled=False):
        return torch.nn.functional.cross_entropy(logits[:-1].float(), tokens[1:].long().to(logits.device), reduction="none").tolist()


def from_list(values: list, like: Tensor) -> Tensor:
    return torch.tensor(values, device=like.device)


@torch.no_grad()
def numbered(values: Tensor, number: Callable[[list], list[int]]) -> Tensor:
    """Each value as its number; ``number`` is asked for the different ones, once they are there."""
    distinct, places = torch.unique(values, return_inverse=True)
    return from_list(number(distinct.tolist()), values)[places]


@torch.no_grad()
def count_sent(
    table: Tensor | None, rows: Tensor, indices: Tensor, num_experts: int, num_rows: int, *, mask: Tensor | None = None
) -> Tensor:
    """Adds how often the token of each row was sent to each expert; [R * E], made or enlarged where it must be."""
    exact = torch.float32 if indices.device.type == "mps" else torch.float64
    size = num_rows * num_experts
    # What is made in inference mode could not be added to outside of it.
    with torch.inference_mode(False):
        if table is None or len(table) < size or table.device != indices.device:
            larger = _zeros(size, exact, indices)
            if table is not None:
                larger[: len(table)] = table.to(indices.device)
            table = larger
    used = indices >= 0
    if mask is not None:
        used = used & mask.to(indices.device, torch.bool)[:, None]
    # An unused choice may point anywhere inside: it adds nothing.
    keys = torch.add(indices, rows.to(indices.device)[:, None], alpha=num_experts).clamp_(min=0)
    return table.scatter_add_(0, keys.long().flatten(), used.flatten().to(exact))


@torch.no_grad()
def sent(
    tables: list[Tensor], num_experts: int, num_rows: int, order: list[int], groups: list[int], num_groups: int, top: int
) -> tuple[list, list, list]:
    """Sums up what was sent: places in ``order`` of each expert's most frequent rows, of equal ones the first, and how often
    [top][E] each; the experts of each group of rows [C][E]. ``groups`` [len(order)]."""
    device = tables[-1].device
    total = _zeros(num_rows * num_experts, tables[-1].dtype, tables[-1])
    for table in tables:
        total[: len(table)] += table.to(device)
    counts = total.view(-1, num_experts)[torch.tensor(order, device=device)]
    last = len(order) - 1
    ranked = counts * len(order) + torch.arange(last, -1, -1, device=device)[:, None]
    places = ranked.topk(min(top, len(order)), dim=0).indices
    by_group = _zeros(num_groups * num_experts, counts.dtype, counts).view(num_groups, num_experts)
    by_group.index_add_(0, torch.tensor(groups, device=device), counts)
    return places.tolist(), counts.gather(0, places).tolist(), by_group.tolist()
