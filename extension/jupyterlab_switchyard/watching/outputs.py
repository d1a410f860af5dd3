"""Reads what a router returned."""

import re
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
#: Names of a block's shared experts, which are one module, and of how many they are.
SHARED = ("shared_experts", "shared_expert", "shared_mlp")
NUM_SHARED = ("n_shared_experts", "num_shared_experts", "moe_num_shared_experts")
#: Names of the buffer that balances a router without a loss.
SELECTION_BIAS = ("e_score_correction_bias", "expert_bias")
#: Classes say it as well: NllbMoeTop2Router.
K_IN_CLASS = re.compile(r"Top(\d+)")


class OutputReader:
    """Tells what routers chose from the shapes, types and values of what they return.

    Numbers [..., E] alone: the ``k`` best. With them integers [..., K] are the choices, and numbers of the same shape the
    weights, as HuggingFace's routers return them; without them, choices and weights are all that is known. Integers [..., E] are
    the experts that had room, as in its Switch Transformers and NLLB: a token without one was dropped.

    What is called logits differs from one version of transformers to the next: 5.2 returns probabilities under that name. The
    first numbers of each router tell which they are; that one time they are waited for.
    """

    def __init__(self) -> None:
        self._forms: dict[str, str] = {}

    def read(self, path: str, module: Any, output: Any, *, k: int | None, parent: Any = None) -> Routed:
        values = list(output) if isinstance(output, tuple) else [output]
        values = [value for value in values if len(arrays_of(value).shape_of(value)) > 1] if output is not None else []
        numbers = [value for value in values if not arrays_of(value).is_integer(value)]
        integers = [value for value in values if arrays_of(value).is_integer(value)]
        if not numbers:
            fail(path, "a router must return logits of shape [..., E]; read others with read=", output)
        experts = _attribute(NUM_EXPERTS, module, parent)
        k = k if k is not None else _attribute(K, module, parent) or _in_class(module)
        widths = [_width(value) for value in numbers]
        if experts is not None and experts not in widths and integers:
            return _without_scores(path, integers[0], numbers, experts)
        scores = numbers[widths.index(experts if experts in widths else max(widths))]
        experts = _width(scores)
        if not integers:
            return chosen(path, **self._named(path, scores), k=k if k is not None else _needs_k(path))
        indices = integers[0]
        if _width(indices) == experts and k != experts:
            return self._with_capacity(path, scores, indices, k or 1)
        shape = arrays_of(indices).shape_of(indices)
        same = (value for value in numbers if value is not scores and arrays_of(value).shape_of(value) == shape)
        routed = chosen(path, **self._named(path, scores), indices=indices, weights=next(same, None))
        # These routers have no capacity: every choice is computed.
        routed.knows_dropped = True
        return routed

    def _form(self, path: str, scores: Any) -> str:
        if path not in self._forms:
            arrays = arrays_of(scores)
            self._forms[path] = arrays.form(arrays.rows(scores))
        return self._forms[path]

    def _named(self, path: str, scores: Any) -> dict[str, Any]:
        return {"probabilities" if self._form(path, scores) == "probabilities" else "logits": scores}

    def _with_capacity(self, path: str, scores: Any, dispatch: Any, k: int) -> Routed:
        """``dispatch`` [..., E] has no entry where the expert was full."""
        if self._form(path, scores) == "weights":
            return _weighed(path, scores, k)
        routed = chosen(path, **self._named(path, scores), k=1, router="switch")
        arrays = arrays_of(dispatch)
        routed.dropped = arrays.empty_rows(arrays.rows(dispatch))
        routed.knows_dropped = True
        return routed


def _weighed(path: str, weights: Any, k: int) -> Routed:
    """The experts of weight above 0: of those that were full nothing is known."""
    arrays = arrays_of(weights)
    rows = arrays.rows(weights)
    indices, best = arrays.top_k(rows, k)
    return chosen(path, indices=arrays.unused_where_zero(indices, best), weights=best, num_experts=_width(weights))


def _without_scores(path: str, integers: Any, numbers: list[Any], experts: int) -> Routed:
    """Choices [..., K] with their weights, or experts that had room [..., E]; no router's scores."""
    arrays = arrays_of(integers)
    if _width(integers) == experts:
        dispatch = arrays.rows(integers)
        indices, room = arrays.top_k(dispatch, 1)
        return chosen(path, indices=arrays.unused_where_zero(indices, room), num_experts=experts, router="switch")
    shape = arrays.shape_of(integers)
    same = (value for value in numbers if arrays_of(value).shape_of(value) == shape)
    routed = chosen(path, indices=integers, weights=next(same, None), num_experts=experts)
    routed.knows_dropped = True
    return routed


def selection_bias(module: Any, num_experts: int) -> Any:
    """What the router adds to each expert's score for the choice alone (arXiv:2408.15664); [E]. None where it has no such buffer."""
    holders = (module, getattr(module, "moe_statics", None))
    found = (getattr(holder, name, None) for holder in holders for name in SELECTION_BIAS)
    bias = next((value for value in found if value is not None and not callable(value)), None)
    if bias is None or len(arrays_of(bias).flat(bias)) != num_experts:
        return None
    return bias


def shared_experts(router: Any, block: Any) -> int:
    """Experts that a block has for every token beside those that are routed."""
    shared = next((getattr(block, name, None) for name in SHARED if getattr(block, name, None) is not None), None)
    if shared is None:
        return 0
    config = getattr(block, "config", getattr(router, "config", None))
    return next((n for name in NUM_SHARED if isinstance(n := getattr(config, name, None), int) and n > 0), 1)


def _width(values: Any) -> int:
    return arrays_of(values).shape_of(values)[-1]


def _attribute(names: tuple[str, ...], *modules: Any) -> int | None:
    found = (getattr(module, name, None) for module in modules for name in names)
    return next((value for value in found if isinstance(value, int) and not isinstance(value, bool)), None)


def _in_class(module: Any) -> int | None:
    found = K_IN_CLASS.search(type(module).__name__)
    return int(found[1]) if found else None


def _needs_k(path: str) -> int:
    return fail(path, "k must be given where a router returns logits alone: watch(model, k=2)", None)
