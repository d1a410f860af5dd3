"""Rounds and thins a payload so that its JSON is bounded."""

from typing import Any

from .binned import blend_numbers, blend_vectors, thin
from .limits import MAX_DETAILED_BYTES
from .numbers import METRIC_DECIMALS, rounded, share_decimals, significant
from .packed import packed
from .plan import OPTIONAL, Plan, plan
from .scores import SERIES

METRICS = ("maxVio", "cv", "entropy", "dropped")


def bound(payload: dict[str, Any]) -> dict[str, Any]:
    """At most 64 kB: histories are averaged over neighbouring steps, the sample of tokens is packed and cut (and says so),
    co-activation, domains, what experts are sent, importance and at last whole layers are left out. The payload that came is
    not changed."""
    return _bounded(payload, plan(payload))


def bound_details(payload: dict[str, Any], path: str) -> dict[str, Any]:
    """As ``bound``, for a panel that asks for more than an output holds: at most 2 MB, with the tables of the layer of this path
    (co-activation, domains, token classes, top tokens, and the transitions of it and of the two after it) and of no other."""
    paths = [layer["path"] for layer in payload["data"]["layers"]]
    tabled = paths.index(path) if path in paths else len(paths)
    return _bounded(payload, plan(payload, max_bytes=MAX_DETAILED_BYTES, tabled=tabled))


def _bounded(payload: dict[str, Any], kept: Plan) -> dict[str, Any]:
    data = payload["data"]
    omitted = data.get("omittedLayers", 0) + len(data["layers"]) - len(kept.layers)
    tokens = data["tokens"]
    return {
        **payload,
        "data": {
            "layers": [_layer(data["layers"][i], i, kept) for i in kept.layers],
            **({"omittedLayers": omitted} if omitted > 0 else {}),
            "history": _history(data["history"], data["layers"], kept),
            "tokens": None if tokens is None or kept.tokens == 0 else _tokens(tokens, kept),
            "domains": data["domains"],
            **({"scoreBins": data["scoreBins"]} if kept.internals and "scoreBins" in data else {}),
            **({"tokenClasses": data["tokenClasses"]} if kept.classes and "tokenClasses" in data else {}),
        },
    }


def _layer(layer: dict[str, Any], index: int, kept: Plan) -> dict[str, Any]:
    tabled = kept.tables(index)
    decimals = share_decimals(layer["numExperts"])
    pairs = layer["coActivation"] if tabled and kept.co_activation else None
    return {
        **{name: value for name, value in layer.items() if name not in OPTIONAL},
        "load": _rounded(layer["load"], decimals),
        "importance": _rounded(layer["importance"], decimals) if kept.importance else [],
        **{name: rounded(layer[name], METRIC_DECIMALS) for name in ("maxVio", "cv", "entropy", "effectiveExperts")},
        **{name: rounded(layer[name], 4) for name in ("dropped", "deadFraction")},
        "domainLoad": [_rounded(row, decimals) for row in layer["domainLoad"]] if tabled and kept.domain_load else [],
        "coActivation": None if pairs is None else [_rounded(row, decimals) for row in pairs],
        **_optional(layer, index, kept),
    }


def _optional(layer: dict[str, Any], index: int, kept: Plan) -> dict[str, Any]:
    """What a layer may have, and is left out with its name."""
    tabled = kept.tables(index)
    decimals = share_decimals(layer["numExperts"])
    rounding = {
        "meanWeight": (kept.importance, lambda values: _rounded(values, METRIC_DECIMALS)),
        "overflow": (kept.importance, lambda values: _rounded(values, METRIC_DECIMALS)),
        "classLoad": (tabled and kept.classes, lambda rows: [_rounded(row, decimals) for row in rows]),
        "topTokens": (tabled and kept.top_tokens, lambda rows: [list(map(_token, row)) for row in rows]),
        "contexts": (tabled and kept.contexts > 0, lambda rows: [list(map(_context, row[: kept.contexts])) for row in rows]),
        "internals": (kept.internals, lambda internals: _internals(internals, kept.bias)),
        "transitions": (index in kept.transitions, lambda rows: [_rounded(row, decimals) for row in rows]),
    }
    return {name: of(layer[name]) for name, (fits, of) in rounding.items() if fits and name in layer}


def _context(context: dict[str, Any]) -> dict[str, Any]:
    return {**context, "weight": rounded(context["weight"], METRIC_DECIMALS)}


def _internals(internals: dict[str, Any], with_bias: bool) -> dict[str, Any]:
    """Scores of a router, rounded; ``with_bias``: with the bias of each expert."""
    bias = {"bias": list(map(significant, internals["bias"])), "biasFlips": internals["biasFlips"]} if with_bias and "bias" in internals else {}
    return {
        **{name: _rounded(internals[name], 4) for name in ("logits", "margins")},
        **{name: significant(internals[name]) for name in ("margin", "zLoss")},
        **bias,
    }


def _internals_history(history: dict[str, Any], kept: Plan) -> dict[str, Any]:
    """The history of the kept layers' scores, at no more steps than there is room for."""
    rows = {name: [i for i in kept.layers if i < len(history[name])] for name in SERIES}
    columns = {f"{name} {i}": history[name][i] for name, own in rows.items() for i in own}
    steps, series = thin(history["steps"], columns, kept.internal_steps, blend_numbers)
    return {"steps": steps, **{name: [[significant(x) for x in series[f"{name} {i}"]] for i in own] for name, own in rows.items()}}


def _token(token: dict[str, Any]) -> dict[str, Any]:
    return {"text": token["text"], "share": rounded(token["share"], METRIC_DECIMALS)}


def _history(history: dict[str, Any], layers: list[dict[str, Any]], kept: Plan) -> dict[str, Any]:
    names = list(history["scalars"])
    columns = {f"scalar {name}": history["scalars"][name] for name in names}
    columns |= {f"{name} {i}": history[name][i] for name in METRICS for i in kept.layers}
    steps, series = thin(history["steps"], columns, kept.steps, blend_numbers)
    loads = {str(i): history["load"][i] for i in kept.layers}
    load_steps, load = thin(history["loadSteps"], loads, kept.load_steps, blend_vectors)
    return {
        "steps": steps,
        **{name: [_rounded(series[f"{name} {i}"], METRIC_DECIMALS) for i in kept.layers] for name in METRICS},
        "loadSteps": load_steps,
        "load": [[_rounded(row, share_decimals(layers[i]["numExperts"])) for row in load[str(i)]] for i in kept.layers],
        "scalars": {name: [significant(x) for x in series[f"scalar {name}"]] for name in names},
        **({"internals": _internals_history(history["internals"], kept)} if kept.internal_steps > 0 and "internals" in history else {}),
    }


def _tokens(tokens: dict[str, Any], kept: Plan) -> dict[str, Any]:
    def cut(values: list[Any]) -> list[Any]:
        return values[: kept.tokens]

    def choices(experts: list[Any]) -> list[Any]:
        rows = [cut(experts[i]) for i in kept.layers]
        return list(map(packed, rows)) if kept.packed else rows

    weights = [[] if kept.packed else cut(tokens["weights"][i]) for i in kept.layers]
    earlier = tokens["earlier"][-kept.earlier :] if kept.earlier > 0 else []
    losses = {name: tokens[name] for name in ("loss",) if name in tokens}
    ablation = tokens.get("ablation")
    return {
        **{name: _rounded(cut(values), METRIC_DECIMALS) for name, values in losses.items()},
        **({} if ablation is None else {"ablation": {**ablation, "loss": _rounded(cut(ablation["loss"]), METRIC_DECIMALS)}}),
        "text": cut(tokens["text"]),
        "domain": cut(tokens["domain"]),
        "experts": choices(tokens["experts"]),
        "weights": [[_rounded(row, METRIC_DECIMALS) for row in rows] for rows in weights],
        **({"earlier": [{**each, "experts": choices(each["experts"])} for each in earlier]} if earlier else {}),
        "truncated": tokens["truncated"] or kept.tokens < len(tokens["text"]),
    }


def _rounded(values: list[Any], decimals: int) -> list[Any]:
    return [rounded(value, decimals) for value in values]
