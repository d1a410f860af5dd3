"""A payload as a compact table."""

import re
from typing import Any, Callable

from ..recording.limits import OF_THE_MACHINE

#: Control characters and halves of characters have no place in a terminal or in XML.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def decimals(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}%"


COLUMNS: dict[str, Callable[[dict[str, Any]], str]] = {
    "layer": lambda layer: layer["path"],
    "router": lambda layer: layer["router"],
    "k of E": lambda layer: f"{layer['k']} of {layer['numExperts']}",
    "MaxVio": lambda layer: decimals(layer["maxVio"]),
    "CV": lambda layer: decimals(layer["cv"]),
    "entropy": lambda layer: decimals(layer["entropy"]),
    "in use": lambda layer: percent(layer["effectiveExperts"]),
    "dead": lambda layer: percent(layer["deadFraction"]),
    "dropped": lambda layer: percent(layer["dropped"]),
}
#: How many of the first columns stand to the left.
LEFT = 2


def payload_text(payload: dict[str, Any]) -> str:
    """What runs and how far it is, a line for each layer, and the latest scalars."""
    data = payload["data"]
    lines = [heading(payload["source"]), *_table(data["layers"])]
    if data.get("omittedLayers"):
        lines.append(f"{data['omittedLayers']} more layers")
    named = {name: values for name, values in data["history"]["scalars"].items() if not name.startswith(OF_THE_MACHINE)}
    latest = {name: [x for x in values if x is not None] for name, values in named.items()}
    if latest:
        lines.append(", ".join(f"{name} {f'{values[-1]:.4g}' if values else '-'}" for name, values in latest.items()))
    return "\n".join(map(printable, lines))


def heading(source: dict[str, Any]) -> str:
    """What runs, how far it is, and how it ended."""
    return ": ".join(filter(None, [source["title"], progress(source)]))


def progress(source: dict[str, Any]) -> str:
    """How far a run is, and how it ended; nothing of a picture that has no steps."""
    if (source["step"], source["totalSteps"], source["status"]) == (0, None, "finished"):
        return ""
    total = "" if source["totalSteps"] is None else f" of {source['totalSteps']}"
    return f"step {source['step']}{total}, {source['status']}"


def printable(text: str) -> str:
    return UNPRINTABLE.sub(" ", text)


def _table(layers: list[dict[str, Any]]) -> list[str]:
    if not layers:
        return ["no routed layer has run yet"]
    rows = [list(COLUMNS), *([cell(layer) for cell in COLUMNS.values()] for layer in layers)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    cells = [[f"{cell:<{w}}" if i < LEFT else f"{cell:>{w}}" for i, (cell, w) in enumerate(zip(row, widths))] for row in rows]
    return ["  ".join(row).rstrip() for row in cells]
