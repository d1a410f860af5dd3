"""Rounds and thins a payload so that its JSON is at most 64 kB."""

from typing import Any

from .binned import blend_numbers, blend_vectors, thin
from .numbers import METRIC_DECIMALS, rounded, share_decimals, significant
from .plan import Plan, plan

METRICS = ("maxVio", "cv", "entropy", "dropped")


def bound(payload: dict[str, Any]) -> dict[str, Any]:
    """Histories are averaged over neighbouring steps, the sample of tokens is cut (and says so), co-activation, domains,
    importance and at last whole layers are left out. The payload that came is not changed."""
    kept = plan(payload)
    data = payload["data"]
    omitted = data.get("omittedLayers", 0) + len(data["layers"]) - len(kept.layers)
    tokens = data["tokens"]
    return {
        **payload,
        "data": {
            "layers": [_layer(data["layers"][i], kept) for i in kept.layers],
            **({"omittedLayers": omitted} if omitted > 0 else {}),
            "history": _history(data["history"], data["layers"], kept),
            "tokens": None if tokens is None or kept.tokens == 0 else _tokens(tokens, kept),
            "domains": data["domains"],
        },
    }


def _layer(layer: dict[str, Any], kept: Plan) -> dict[str, Any]:
    decimals = share_decimals(layer["numExperts"])
    pairs = layer["coActivation"] if kept.co_activation else None
    flow = layer.get("transitions") if kept.transitions else None
    return {
        **{name: value for name, value in layer.items() if name != "transitions"},
        "load": _rounded(layer["load"], decimals),
        "importance": _rounded(layer["importance"], decimals) if kept.importance else [],
        **{name: rounded(layer[name], METRIC_DECIMALS) for name in ("maxVio", "cv", "entropy", "effectiveExperts")},
        **{name: rounded(layer[name], 4) for name in ("dropped", "deadFraction")},
        "domainLoad": [_rounded(row, decimals) for row in layer["domainLoad"]] if kept.domain_load else [],
        "coActivation": None if pairs is None else [_rounded(row, decimals) for row in pairs],
        **({} if flow is None else {"transitions": [_rounded(row, decimals) for row in flow]}),
    }


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
    }


def _tokens(tokens: dict[str, Any], kept: Plan) -> dict[str, Any]:
    def cut(values: list[Any]) -> list[Any]:
        return values[: kept.tokens]

    weights = [cut(tokens["weights"][i]) for i in kept.layers]
    return {
        "text": cut(tokens["text"]),
        "domain": cut(tokens["domain"]),
        "experts": [cut(tokens["experts"][i]) for i in kept.layers],
        "weights": [[_rounded(row, METRIC_DECIMALS) for row in rows] for rows in weights],
        "truncated": tokens["truncated"] or kept.tokens < len(tokens["text"]),
    }


def _rounded(values: list[Any], decimals: int) -> list[Any]:
    return [rounded(value, decimals) for value in values]
