"""A still picture of a payload, for viewers that do not know its type: layers by experts, coloured by load."""

from html import escape
from math import log2
from typing import Any

from .text import heading, printable, progress

WIDTH = 640
LEFT = 130
TOP = 92
#: More would make a file of hundreds of kB: neighbouring experts then share a cell.
MAX_CELLS = 1024
#: The one scale of loads, as in the panels on light ground: blue below the fair share, orange above; loads of so many times
#: the fair share, and more, have one colour.
MOST_LOAD = 16
LOAD_MARKS = (0, 0.5, 1, 2, 4, 8, MOST_LOAD)
BELOW = ((33, 102, 172), (146, 197, 222), (246, 246, 246))
ABOVE = ((246, 246, 246), (253, 184, 99), (179, 88, 6), (102, 44, 2))


def payload_svg(payload: dict[str, Any]) -> str:
    """Near white is the fair share, blue below, orange above; all text is escaped."""
    source, layers = payload["source"], payload["data"]["layers"]
    height = min(24.0, max(5.0, 260 / max(1, len(layers))))
    bottom = TOP + height * len(layers)
    group = max(1, -(-sum(layer["numExperts"] for layer in layers) // MAX_CELLS))
    loads = [_grouped(layer, group) for layer in layers]
    columns = max([1, *map(len, loads)])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{bottom + 44:.0f}" '
        f'viewBox="0 0 {WIDTH} {bottom + 44:.0f}" role="img" font-family="system-ui, sans-serif" font-size="11">',
        f"<title>{_escaped(heading(source))}</title>",
        f'<rect width="{WIDTH}" height="{bottom + 44:.0f}" fill="#ffffff"/>',
        _text(8, 22, _cut(source["title"], 80), 'font-size="15" font-weight="600"'),
        _text(8, 40, progress(source), 'font-size="12" fill="#555555"'),
        *_legend(),
    ]
    every = -(-len(layers) // 16) if layers else 1
    for i, (layer, row) in enumerate(zip(layers, loads)):
        y, width = TOP + i * height, (WIDTH - LEFT - 12) / columns
        if i % every == 0:
            parts.append(_text(LEFT - 6, y + height / 2 + 4, _cut_front(layer["path"], 18), 'text-anchor="end"'))
        parts += [_cell(LEFT + e * width, y, width, height - 0.5, load_position(ratio)) for e, ratio in enumerate(row)]
    return "\n".join([*parts, *_experts(columns, group, bottom), "</svg>"]) + "\n"


def _grouped(layer: dict[str, Any], size: int) -> list[float]:
    """Load over the fair share of the most loaded expert in each group of neighbours."""
    load, E = layer["load"], layer["numExperts"]
    return [max(load[i : i + size]) * E for i in range(0, E, size)]


def load_position(times_fair: float) -> float:
    """The place of a load on the scale: -1 for none, 0 for the fair share, 1 for ``MOST_LOAD`` times it and more."""
    return max(0.0, times_fair) - 1 if times_fair <= 1 else min(1.0, log2(times_fair) / log2(MOST_LOAD))


def position_colour(position: float) -> str:
    stops, part = (BELOW, 1 + position) if position <= 0 else (ABOVE, position)
    at = min(len(stops) - 2, int(part * (len(stops) - 1)))
    rest = part * (len(stops) - 1) - at
    return "".join(f"{round(a + (b - a) * rest):02x}" for a, b in zip(stops[at], stops[at + 1]))


def _mark(times_fair: float) -> str:
    at_least = "\u2265" if times_fair >= MOST_LOAD else ""
    number = "\u00bd" if times_fair == 0.5 else f"{times_fair:g}"
    return f"{at_least}{number}\u00d7"


def _legend() -> list[str]:
    parts = [_text(8, 60, "load of each expert (1\u00d7 is the fair share)", 'font-size="12" font-weight="600"')]
    parts += [_cell(16 + 6 * i, 66, 6.2, 10, (i + 0.5) / 24 - 1) for i in range(48)]
    ticks = ((_mark(mark), 16 + 144 * (1 + load_position(mark))) for mark in LOAD_MARKS)
    return parts + [_text(x, 87, words, 'text-anchor="middle"') for words, x in ticks]


def _experts(columns: int, group: int, bottom: float) -> list[str]:
    name = "expert" if group == 1 else f"expert (a cell is the most loaded of {group})"
    width, every = (WIDTH - LEFT - 12) / columns, -(-columns // 16)
    ticks = [_text(LEFT + (i + 0.5) * width, bottom + 14, str(i * group), 'text-anchor="middle"') for i in range(0, columns, every)]
    return [*ticks, _text((LEFT + WIDTH) / 2, bottom + 32, name, 'text-anchor="middle" font-size="12"')]


def _cell(x: float, y: float, width: float, height: float, position: float) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.2f}" height="{height:.1f}" fill="#{position_colour(position)}" '
        'shape-rendering="crispEdges"/>'
    )


def _text(x: float, y: float, text: str, attributes: str) -> str:
    fill = "" if "fill=" in attributes else ' fill="#111111"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}{fill}>{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    return escape(printable(text), quote=True)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _cut_front(text: str, length: int) -> str:
    return text if len(text) <= length else f"…{text[1 - length :]}"
