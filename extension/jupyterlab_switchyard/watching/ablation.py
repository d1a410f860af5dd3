"""A router's output without one expert, or with one alone: what an expert is for is seen by what the model cannot do without it."""

from typing import Any

from ..recording.arrays import arrays_of
from ..recording.errors import fail

MODES = ("without", "only")
#: A logit that no softmax and no sigmoid gives a share, in half precision as well.
NEVER = -1e4


def ablated(path: str, output: Any, expert: int, mode: str, num_experts: int) -> Any:
    """The output of the router at this path, as it is read by ``OutputReader``, with ``expert`` left out ("without") or alone ("only").

    Logits alone: the router's own choice is made without the expert, or of it alone. With choices [..., K] and weights: a choice of
    the expert goes to the most probable one that the token does not have yet, and the token's weights are shared anew by
    probability; alone, every token goes to it. The sum of a token's weights stays. With experts that had room [..., E], as
    Switch Transformers and NLLB return them, the same: the expert that takes a token has room for it, and a token that had no room
    anywhere still has none, but where all go to one.

    Raises:
        SwitchyardError: Where the output has a form that this does not know.
    """
    values = list(output) if isinstance(output, tuple) else [output]
    tensors = [i for i, value in enumerate(values) if value is not None and len(arrays_of(value).shape_of(value)) > 1]
    numbers = [i for i in tensors if not arrays_of(values[i]).is_integer(values[i])]
    integers = [i for i in tensors if i not in numbers]
    scores = next((i for i in numbers if _width(values[i]) == num_experts), None)
    if scores is None or len(integers) > 1:
        fail(path, "an expert can be left out where a router returns logits, or choices with weights", output)
    if not integers:
        values[scores] = _masked(values[scores], expert, mode)
    elif _is_room(values, integers[0], numbers, num_experts):
        _redispatch(path, values, integers[0], numbers, expert, mode)
    else:
        [chosen] = integers
        shape = arrays_of(values[chosen]).shape_of(values[chosen])
        weights = next((i for i in numbers if i != scores and arrays_of(values[i]).shape_of(values[i]) == shape), None)
        if weights is None:
            fail(path, "an expert can be left out where the choices come with weights", output)
        values[chosen], values[weights] = _rerouted(values[scores], values[chosen], values[weights], expert, mode)
    return tuple(values) if isinstance(output, tuple) else values[0]


def _masked(scores: Any, expert: int, mode: str) -> Any:
    """Scores [..., E] of which the router makes its choice."""
    arrays = arrays_of(scores)
    rows = arrays.to_list(arrays.rows(scores))
    shares = arrays.form(arrays.rows(scores)) == "probabilities"
    kept = [[(e == expert) == (mode == "only") for e in range(len(row))] for row in rows]
    if not shares:
        return arrays.alike([[x if keep else NEVER for x, keep in zip(*pair)] for pair in zip(rows, kept)], scores)
    left = [[x if keep else 0.0 for x, keep in zip(*pair)] for pair in zip(rows, kept)]
    return arrays.alike([[x / (sum(row) or 1.0) for x in row] for row in left], scores)


def _rerouted(scores: Any, indices: Any, weights: Any, expert: int, mode: str) -> tuple[Any, Any]:
    """Choices and weights [..., K] of which the layer makes its output."""
    arrays = arrays_of(scores)
    rows = arrays.rows(scores)
    # Probabilities and logits have one order; shares are by probability.
    probabilities = arrays.to_list(rows if arrays.form(rows) == "probabilities" else arrays.probabilities(rows))
    chosen = arrays.to_list(arrays.rows(indices))
    shares = arrays.to_list(arrays.rows(weights))
    for own, share, row in zip(chosen, shares, probabilities):
        total, k = sum(share), len(own)
        if mode == "only":
            own[:], share[:] = [expert] * k, [total] + [0.0] * (k - 1)
        elif expert in own:
            others = [e for e in range(len(row)) if e not in own]
            kept = [e for e in own if e != expert and e >= 0] + ([max(others, key=lambda e: row[e])] if others else [])
            kept.sort(key=lambda e: -row[e])
            # What nobody takes stays with the expert, and weighs nothing.
            own[:] = kept + [expert] * (k - len(kept))
            share[:] = _shared(total, [row[e] for e in kept]) + [0.0] * (k - len(kept))
    return arrays.alike(chosen, indices), arrays.alike(shares, weights)


def _is_room(values: list[Any], integers: int, numbers: list[int], num_experts: int) -> bool:
    """Whether integers say which experts had room [..., E], and are not choices of all experts in some order, which have weights."""
    arrays = arrays_of(values[integers])
    if _width(values[integers]) != num_experts or num_experts == 1:
        return False
    rows = arrays.to_list(arrays.rows(values[integers]))
    shape = arrays.shape_of(values[integers])
    wide = [values[i] for i in numbers if arrays_of(values[i]).shape_of(values[i]) == shape]
    if len(wide) < 2 or any(len(set(row)) < len(row) for row in rows):
        return True
    return any(arrays_of(value).form(arrays_of(value).rows(value)) == "weights" for value in wide)


def _redispatch(path: str, values: list[Any], room: int, numbers: list[int], expert: int, mode: str) -> None:
    """Changes experts that had room [..., E], and weights [..., E] where there are some; one weight for all of a token stays."""
    wide = [i for i in numbers if _width(values[i]) == _width(values[room])]
    forms = {i: arrays_of(values[i]).form(arrays_of(values[i]).rows(values[i])) for i in wide}
    weighed = next((i for i in wide if forms[i] == "weights"), None)
    scores = next((i for i in wide if i != weighed), None)
    if scores is None:
        fail(path, "an expert can be left out where the scores of all experts are returned with those that had room", forms)
    arrays = arrays_of(values[scores])
    rows = arrays.rows(values[scores])
    probabilities = arrays.to_list(rows if forms[scores] == "probabilities" else arrays.probabilities(rows))
    dispatch = arrays.to_list(arrays.rows(values[room]))
    shares = None if weighed is None else arrays.to_list(arrays.rows(values[weighed]))
    for t, row in enumerate(probabilities):
        share = [0.0] * len(row) if shares is None else shares[t]
        _move(dispatch[t], share, row, expert, mode)
    values[room] = arrays.alike(dispatch, values[room])
    if weighed is not None:
        values[weighed] = arrays.alike(shares, values[weighed])


def _move(taken: list[int], share: list[float], row: list[float], expert: int, mode: str) -> None:
    """One token: the experts that had room for it [E], and their weights [E]."""
    total = sum(share)
    if mode == "only":
        kept = [expert]
    elif taken[expert] > 0 or share[expert] > 0:
        own = [e for e, weight in enumerate(share) if weight > 0 or taken[e] > 0]
        others = [e for e in range(len(row)) if e not in own]
        kept = [e for e in own if e != expert] + ([max(others, key=lambda e: row[e])] if others else [])
    else:
        return
    given = dict(zip(kept, _shared(total, [row[e] for e in kept])))
    share[:] = [given.get(e, 0.0) for e in range(len(row))]
    if mode == "only" or taken[expert] > 0:
        # Where the mask has the first choice alone, that is the most probable one.
        count = 1 if mode == "only" else sum(1 for each in taken if each > 0)
        first = sorted(kept, key=lambda e: -row[e])[:count]
        taken[:] = [int(e in first) for e in range(len(row))]


def _shared(total: float, probabilities: list[float]) -> list[float]:
    """The total by these probabilities; alike where all are 0, as they are in single precision beside a logit that is 104 greater."""
    mass = sum(probabilities)
    return [total * (p / mass if mass > 0 else 1 / len(probabilities)) for p in probabilities]


def _width(values: Any) -> int:
    return arrays_of(values).shape_of(values)[-1]
