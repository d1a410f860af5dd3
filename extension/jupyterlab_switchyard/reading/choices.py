"""Reads choices that were saved as one array."""

from typing import Any, Sequence

from ..recording.arrays import arrays_of
from ..recording.chosen import expect_choices
from ..recording.errors import brief, expect_integer, fail
from ..recording.routed import Routed
from .checks import batch_of, paths
from .recording import Recording, recording_of

WHERE = "read_choices"


def read_choices(
    choices: Any,
    *,
    num_experts: int,
    weights: Any = None,
    tokens: Any = None,
    domain: str | None = None,
    layers: Sequence[str] | None = None,
    title: str = "choices",
    token_sample: int | None = None,
) -> Recording:
    """Reads an integer array [T, L, K], tokens by layers by choices, best first, as vLLM and others save it.

    Args:
        choices: PyTorch, NumPy or nested lists; -1 where a token used fewer than K.
        num_experts: E.
        weights: The weight of each choice; [T, L, K].
        tokens: The text or number of each token; [T], or [B, T] for several texts.
        domain: What the text is, for example "code".
        layers: A name for each layer; L.
        title: For people.
        token_sample: Tokens shown with their choices, 0..2048, sequence after sequence. Default: those of the first, at most 64.

    Raises:
        SwitchyardError: Where a shape or a number does not fit.
    """
    expect_integer(WHERE, "num_experts", num_experts, 1)
    arrays = arrays_of(choices)
    shape = arrays.shape_of(choices)
    if len(shape) != 3 or 0 in shape:
        fail(WHERE, "choices must be [tokens, layers, k]", brief(choices))
    if weights is not None and arrays_of(weights).shape_of(weights) != shape:
        fail(WHERE, f"weights must have the shape of the choices, {list(shape)}", brief(weights))
    expect_choices(WHERE, choices, num_experts)
    batch = batch_of(WHERE, shape[0], tokens=tokens, domain=domain)
    names = paths(WHERE, layers, shape[1])
    routed = []
    for i, name in enumerate(names):
        known = None if weights is None else arrays_of(weights).layer_of(weights, i)
        routed.append(Routed(name, num_experts, arrays.layer_of(choices, i), known))
    # Numbers say nothing of what experts are sent.
    words = tokens is not None and not arrays_of(tokens).is_integer(tokens)
    return recording_of([(batch, routed)], where=WHERE, title=title, token_sample=token_sample, text_of=str if words else None)
