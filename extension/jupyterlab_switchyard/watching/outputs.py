"""Reads what a router returned."""

from typing import Any, Callable

from ..recording.arrays import arrays_of
from ..recording.chosen import chosen
from ..recording.errors import fail
from ..recording.routed import Routed

#: Reads a router's output in its own way: the arguments of ``Run.observe`` by name, of the module, its inputs and output.
Reader = Callable[[Any, Any, Any], dict[str, Any]]

#: Names under which modules say how many experts there are, and how many a token is sent to.
NUM_EXPERTS = ("num_experts", "n_routed_experts", "num_local_experts")
K = ("top_k", "topk", "k", "num_experts_per_tok", "num_selected_experts")


def read_output(path: str, module: Any, output: Any, *, k: int | None, parent: Any = None) -> Routed:
    """What a router chose, told from the shapes and types of what it returned.

    Logits [..., E] alone: the ``k`` best. With them integers [..., K] are the choices, and numbers of the same shape the
    weights, as HuggingFace's routers return them. Integers [..., E] say which choices had room, as in its Switch
    Transformers: a token without one was dropped.
    """
    values = list(output) if isinstance(output, tuple) else [output]
    values = [value for value in values if len(arrays_of(value).shape_of(value)) > 1] if output is not None else []
    numbers = [value for value in values if not arrays_of(value).is_integer(value)]
    integers = [value for value in values if arrays_of(value).is_integer(value)]
    if not numbers:
        fail(path, "a router must return logits of shape [..., E]; read others with read=", output)
    num_experts = _attribute(NUM_EXPERTS, module, parent)
    widths = [arrays_of(value).shape_of(value)[-1] for value in numbers]
    logits = numbers[widths.index(num_experts if num_experts in widths else max(widths))]
    num_experts = arrays_of(logits).shape_of(logits)[-1]
    k = k if k is not None else _attribute(K, module, parent)
    if not integers:
        return chosen(path, logits=logits, k=k if k is not None else _needs_k(path))
    indices = integers[0]
    shape = arrays_of(indices).shape_of(indices)
    if shape[-1] == num_experts and k != num_experts:
        return _with_capacity(path, logits, indices)
    same = (value for value in numbers if value is not logits and arrays_of(value).shape_of(value) == shape)
    routed = chosen(path, logits=logits, indices=indices, weights=next(same, None))
    # These routers have no capacity: every choice is computed.
    routed.knows_dropped = True
    return routed


def _with_capacity(path: str, logits: Any, dispatch: Any) -> Routed:
    """One choice a token; ``dispatch`` [..., E] has no entry where the expert was full."""
    routed = chosen(path, logits=logits, k=1, router="switch")
    arrays = arrays_of(dispatch)
    routed.dropped = arrays.empty_rows(arrays.rows(dispatch))
    routed.knows_dropped = True
    return routed


def _attribute(names: tuple[str, ...], *modules: Any) -> int | None:
    found = (getattr(module, name, None) for module in modules for name in names)
    return next((value for value in found if isinstance(value, int) and not isinstance(value, bool)), None)


def _needs_k(path: str) -> int:
    return fail(path, "k must be given where a router returns logits alone: watch(model, k=2)", None)
