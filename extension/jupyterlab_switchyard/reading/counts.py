"""Reads how often each expert was chosen, where nothing more was saved."""

from typing import Any, Mapping, Sequence

from ..recording.arrays import HEAD, VECTORS, arrays_of, plain
from ..recording.errors import brief, expect_integer, fail
from ..recording.layer import LayerRecord
from ..recording.payload import RunState, routing_payload
from ..recording.routed import Routed
from .checks import paths
from .recording import Recording

WHERE = "read_counts"


def read_counts(
    counts: Any | Mapping[str, Any],
    *,
    k: int,
    layers: Sequence[str] | None = None,
    title: str = "counts",
) -> Recording:
    """Reads counts [L, E], how often each layer chose each expert; or a dict of such by domain.

    Args:
        counts: For example {"c4": [[15352, 21772, ...], ...], "github": ...}; all k choices of a token counted.
        k: Experts a token is sent to, 1..E.
        layers: A name for each layer; L.
        title: For people.

    Raises:
        SwitchyardError: Where a shape does not fit, or a count is negative or not finite.
    """
    tables = {name: _table(name, values) for name, values in counts.items()} if isinstance(counts, Mapping) else {None: _table(None, counts)}
    shapes = {plain.shape_of(table) for table in tables.values()}
    if len(shapes) != 1:
        fail(WHERE, "the counts of all domains must have one shape", [list(shape) for shape in shapes])
    depth, num_experts = shapes.pop()
    expect_integer(WHERE, "k", k, 1, num_experts)
    domains = [name for name in tables if name is not None]
    data = [
        _layer(path, k, num_experts, {name: table[i] for name, table in tables.items()}).data(domains)
        for i, path in enumerate(paths(WHERE, layers, depth))
    ]
    none: list[list[Any]] = [[] for _ in data]
    history = {name: none for name in ("maxVio", "cv", "entropy", "dropped", "load")} | {"steps": [], "loadSteps": [], "scalars": {}}
    state = RunState(title=title, status="finished")
    return Recording(routing_payload(state, {"layers": data, "history": history, "tokens": None, "domains": domains}))


def _layer(path: str, k: int, num_experts: int, counts: dict[str | None, list[float]]) -> LayerRecord:
    layer = LayerRecord(Routed(path, num_experts, []), k, pairs=False)
    for name, load in counts.items():
        head = [sum(load) / k, *[0.0] * (HEAD - 1)]
        layer.add(name, [*head, *load, *[0.0] * (VECTORS - 1) * num_experts], plain)
    return layer


def _table(name: str | None, values: Any) -> list[list[float]]:
    arrays = arrays_of(values)
    shape = arrays.shape_of(values)
    if len(shape) != 2 or 0 in shape:
        fail(WHERE if name is None else f"{WHERE}: {name}", "counts must be [layers, experts]", brief(values))
    table = [[float(count) for count in row] for row in arrays.to_list(values)]
    for row in table:
        for count in row:
            if not 0 <= count < float("inf"):
                fail(WHERE, "a count must be a finite number of at least 0", count)
    if any(len(row) != shape[1] for row in table):
        fail(WHERE, f"every layer must have {shape[1]} counts", [len(row) for row in table])
    return table
