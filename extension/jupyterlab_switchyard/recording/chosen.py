"""Makes a Routed of what is given: logits or probabilities, or choices that were made already."""

from typing import Any

from .arrays import arrays_of
from .errors import brief, expect_integer, fail
from .routed import Routed


def chosen(
    path: str,
    *,
    logits: Any = None,
    probabilities: Any = None,
    indices: Any = None,
    weights: Any = None,
    dropped: Any = None,
    num_experts: int | None = None,
    k: int | None = None,
    router: str = "top-k",
) -> Routed:
    """What one layer chose; leading dimensions are flattened.

    Args:
        path: Where the layer is, for example "layers.2.moe".
        logits: The router's logits; [..., E]. Softmax gives the probabilities.
        probabilities: In place of logits; [..., E].
        indices: Expert of each choice, best first, -1 where unused; [..., K]. Default: the ``k`` most probable.
        weights: Weight of each choice; [..., K].
        dropped: True where a choice was dropped because its expert was full; [..., K].
        num_experts: E; needed where only ``indices`` is given.
        k: K; needed where ``indices`` is not given.
        router: The router's kind.

    Raises:
        SwitchyardError: Where something is missing or its shape does not fit.
    """
    scores = probabilities if probabilities is not None else logits
    given = probabilities is None
    if scores is None and indices is None:
        fail(path, "logits, probabilities or indices must be given", None)
    arrays = arrays_of(scores if scores is not None else indices)
    if scores is not None:
        scores = arrays.rows(_at_least_two(path, "logits", scores))
        experts = arrays.shape_of(scores)[-1]
        if num_experts not in (None, experts):
            fail(path, f"the last dimension of the logits must be numExperts ({num_experts})", experts)
        num_experts = experts
        probabilities = arrays.probabilities(scores) if probabilities is None else scores
    if num_experts is None:
        fail(path, "numExperts must be given where there are no logits", None)
    expect_integer(path, "numExperts", num_experts, 1)
    if indices is None:
        indices, best = arrays.top_k(probabilities, expect_integer(path, "k", k, 1, num_experts))
        weights = best if weights is None else arrays.rows(weights)
    else:
        indices = arrays.rows(_at_least_two(path, "indices", indices))
        weights = None if weights is None else arrays.rows(weights)
    dropped = None if dropped is None else arrays.rows(dropped)
    for name, value in (("weights", weights), ("dropped", dropped)):
        if value is not None and arrays.shape_of(value) != arrays.shape_of(indices):
            fail(path, f"{name} must have the shape of the choices, {list(arrays.shape_of(indices))}", brief(value))
    if probabilities is not None and len(probabilities) != len(indices):
        fail(path, f"there must be choices for each of the {len(probabilities)} tokens", len(indices))
    known = scores if scores is not None and given and len(scores) == len(indices) else None
    return Routed(path, num_experts, indices, weights, probabilities, dropped, dropped is not None, router, logits=known)


def named_scores(scores: Any) -> dict[str, Any]:
    """Scores [..., E] by the name of what they are, ``probabilities`` or ``logits``; waits for the device."""
    arrays = arrays_of(scores)
    if len(arrays.shape_of(scores)) < 2 or not arrays.is_regular(scores):
        return {"logits": scores}
    return {"probabilities" if arrays.form(arrays.rows(scores)) == "probabilities" else "logits": scores}


def _at_least_two(path: str, name: str, values: Any) -> Any:
    if len(arrays_of(values).shape_of(values)) < 2:
        fail(path, f"{name} must have at least two dimensions, tokens and experts", values)
    return values


def checked(routed: Routed) -> Routed:
    """The same where its choices are integers from -1 (unused) to E - 1; for PyTorch's tensors this waits for the device."""
    expect_choices(routed.path, routed.indices, routed.num_experts)
    return routed


def expect_choices(where: str, values: Any, num_experts: int) -> None:
    """Choices [..., K] must be integers from -1 (unused) to E - 1."""
    arrays = arrays_of(values)
    if not arrays.is_regular(values):
        fail(where, "every row of the choices must have the same length", values)
    if not arrays.is_integer(values):
        fail(where, "choices must be integers", values)
    low, high = arrays.extremes(values)
    if low < -1 or high >= num_experts:
        fail(where, f"choices must be -1..numExperts - 1 ({num_experts - 1})", low if low < -1 else high)
