"""Adds up what every routed layer decides."""

import threading
from functools import wraps
from itertools import groupby
from types import ModuleType
from typing import Any, Callable, Mapping

from .arrays import arrays_of
from .asked import AskedLayer
from .binned import Binned, blend_numbers, blend_vectors
from .errors import expect_integer, expect_sample, fail
from .layer import LayerRecord
from .limits import (
    MAX_DOMAINS,
    MAX_EXPERTS,
    MAX_FLOWS,
    MAX_HISTORY_STEPS,
    MAX_LOAD_STEPS,
    MAX_PAIRS,
    MAX_SCALARS,
    MAX_SENT_EXPERTS,
)
from .metrics import shares
from .numbers import label
from .routed import Batch, Routed
from .sampler import TokenSampler
from .scores import LOGIT_EDGES, MARGIN_EDGES, ScoreHistory, ScoreRecord
from .sent import SentTokens
from .token_class import TOKEN_CLASSES
from .transitions import Transitions
from .vocabulary import Vocabulary

METRICS = ("maxVio", "cv", "entropy", "dropped")
UNKNOWN = Batch(size=1, length=0, domains=(None,))


def _alone(method: Callable[..., Any]) -> Callable[..., Any]:
    """One thread at a time: readers are told of a run that is over by other threads than the one that records."""

    @wraps(method)
    def locked(self: "Recorder", *args: Any, **options: Any) -> Any:
        with self._lock:
            return method(self, *args, **options)

    return locked


class Recorder:
    """What it keeps does not grow with the run, and depends on the steps only, so a repeated run records the same.

    Pairs, transitions and what experts are sent are not counted of more experts than an output has room for, but those of one
    layer are from when a reader asks for it, until another is asked for; see ``ask``.

    ``window``: loads are summed over the latest 1 to 2 times this many steps. ``token_sample``: tokens of each batch whose
    choices are kept, 0..2048, see ``TokenSampler``. ``text_of`` gives a token's text; without it the sample shows numbers, and which tokens an expert
    is sent is not recorded.
    """

    def __init__(self, *, window: int = 8, token_sample: int | None = None, text_of: Callable[[Any], str] | None = None) -> None:
        self._window = expect_integer("watch", "window", window, 1)
        self._lock = threading.RLock()
        self._sampler = TokenSampler(expect_sample("watch", token_sample), text_of or str)
        #: None where tokens have no text.
        self._vocabulary = None if text_of is None else Vocabulary(text_of)
        self._sent: dict[str, SentTokens] = {}
        #: Whether there is room for what the experts of all layers are sent.
        self._sends = True
        #: The tokens of the batch by their numbers in the vocabulary; [T]. None until a layer needs them.
        self._numbers: Any = None
        self._layers: dict[str, LayerRecord] = {}
        self._scores: dict[str, ScoreRecord] = {}
        self._score_history = ScoreHistory()
        self._history = Binned(MAX_HISTORY_STEPS, blend_numbers)
        self._loads = Binned(MAX_LOAD_STEPS, blend_vectors)
        self._scalar_names: dict[str, None] = {}
        self._domains: list[str] = []
        self._batch = UNKNOWN
        #: From each layer to the next, by their paths.
        self._transitions: dict[tuple[str, str], Transitions] = {}
        #: What a reader looks at.
        self._asked: AskedLayer | None = None
        #: What the layer before chose, in the same pass.
        self._before: Routed | None = None
        self._steps = 0
        self.last_step = -1

    @_alone
    def batch(self, batch: Batch) -> None:
        """The batch whose records follow: gives them text, domains and padding."""
        for name in batch.domains:
            if name is not None and name not in self._domains:
                if len(self._domains) == MAX_DOMAINS:
                    fail("run.domain", f"a run has at most {MAX_DOMAINS} domains", name)
                self._domains.append(name)
        self._batch = batch
        self._before = self._numbers = None
        if self._asked is not None:
            self._asked.end_pass()
        self._sampler.batch(batch)

    @_alone
    def observe(self, routed: Routed) -> None:
        """What one layer chose for the tokens of the batch."""
        arrays = arrays_of(routed.indices)
        tokens, k = arrays.shape_of(routed.indices) if len(routed.indices) > 0 else (0, 1)
        if tokens == 0:
            return
        layer = self._layer(routed, k)
        batch = self._batch if routed.of_batch else (self._batch.decoder or UNKNOWN)
        whole = batch.size * batch.length == tokens
        mask = arrays.flat(batch.mask) if whole and batch.mask is not None else None
        for domain, start, stop in _domain_rows(batch, tokens):
            cut = lambda values: None if values is None else arrays.part(values, start, stop)  # noqa: E731
            tally = arrays.tally(
                cut(routed.indices),
                routed.num_experts,
                probabilities=cut(routed.probabilities),
                weights=cut(routed.weights),
                dropped=cut(routed.dropped),
                mask=cut(mask),
                pairs=layer.pairs,
            )
            layer.add(domain, tally, arrays)
        self._scores[routed.path].record(routed.logits, routed.bias, arrays, mask)
        if self._asks(routed.path):
            self._asked.observe(layer, routed, arrays, mask)
        self._follow(routed, arrays, mask)
        if whole and routed.of_batch:
            self._sampler.record(routed, arrays)
            self._send(routed, arrays, mask)
            self._keep_contexts(routed, arrays, mask)

    @_alone
    def step(self, step: int, scalars: Mapping[str, float]) -> None:
        """Ends a step: what was observed since the last one becomes a point of the history, beside these scalars."""
        self.last_step = expect_integer("run.step", "step", step, self.last_step + 1)
        values: list[tuple[str, float]] = []
        for name, value in scalars.items():
            if value == value and abs(value) != float("inf") and (name in self._scalar_names or self._has_room()):
                self._scalar_names[name] = None
                values.append((f"scalar {name}", value))
        loads = []
        heads, scores = self._heads()
        for layer, head in heads:
            values += [(f"{name} {layer.path}", x) for name, x in layer.scalars(head).items() if x is not None]
            loads.append((_load_key(layer), shares(head[-layer.num_experts :])))
        self._steps += 1
        roll = self._steps % self._window == 0
        for layer in self._layers.values():
            layer.end_step(roll)
        self._score_history.add(step, {path: self._scores[path].step(found, roll) for path, found in scores.items()})
        if roll:
            for counts in (*self._transitions.values(), *self._sent.values()):
                counts.roll()
        if self._asked is not None:
            self._asked.end_step(roll)
        self._sampler.step(step)
        self._history.add(step, values)
        if loads:
            self._loads.add(step, loads)

    @property
    def layers(self) -> list[LayerRecord]:
        """The routed layers in the order in which they first ran."""
        return list(self._layers.values())

    @_alone
    def num_experts(self, path: str) -> int | None:
        """Experts of the layer that payloads call so; None where there is none."""
        return next((layer.num_experts for layer in self.layers if label(layer.path) == path), None)

    @_alone
    def ask(self, path: str) -> bool:
        """From now on counts, of the layer that payloads call so, what there is no room for, and gives up what was counted of
        another one; says whether a whole pass has been counted, or there is no such layer."""
        layer = next((layer for layer in self.layers if label(layer.path) == path), None)
        if layer is None:
            return True
        if not self._asks(layer.path):
            self._asked = AskedLayer(layer.path)
        return self._asked.counted

    @_alone
    def data(self, asked: str | None = None) -> dict[str, Any]:
        """Everything recorded, as a payload holds it; exact and unbounded. With ``asked``, what was counted of the layer that
        payloads call so is there as well."""
        layers = self.layers
        more = self._asked if self._asked is not None and label(self._asked.path) == asked else None
        sent = {path: counts.read() for path, counts in self._sent.items()}
        if more is not None:
            sent[more.path] = {**sent.get(more.path, {}), **more.tables()}
            if self._vocabulary is not None:
                sent[more.path] |= more.read_contexts(self._vocabulary.text, self._domains)
        scores = {path: record.read() for path, record in self._scores.items()}
        return {
            "layers": [
                {
                    **layer.data(self._domains),
                    **sent.get(layer.path, {}),
                    **self._next(layer, after, more),
                    **({"internals": scores[layer.path]} if scores[layer.path] else {}),
                }
                for layer, after in zip(layers, [*layers[1:], None])
            ],
            "history": self._read_history(layers),
            "tokens": self._sampler.read([(layer.path, layer.k) for layer in layers], self._domains) if layers else None,
            "domains": [label(name) for name in self._domains],
            **({"scoreBins": {"logits": LOGIT_EDGES, "margins": MARGIN_EDGES}} if any(scores.values()) else {}),
            **({"tokenClasses": list(TOKEN_CLASSES)} if any("classLoad" in counts for counts in sent.values()) else {}),
        }

    def _send(self, routed: Routed, arrays: ModuleType, mask: Any) -> None:
        """Counts which tokens the layer's experts are sent."""
        ids = self._batch.ids
        if self._vocabulary is None or ids is None or not (self._sends or self._asks(routed.path)):
            return
        counts = self._sent_of(routed)
        if counts is None:
            return
        if self._numbers is None or arrays_of(self._numbers) is not arrays:
            self._numbers = self._vocabulary.numbered(ids, routed.indices)
        counts.record(routed, self._numbers, arrays, mask)

    def _keep_contexts(self, routed: Routed, arrays: ModuleType, mask: Any) -> None:
        """Keeps what the experts of the layer that a reader looks at take most, with the text around."""
        known = self._vocabulary is not None and self._batch.ids is not None and self._asks(routed.path)
        contexts = self._asked.contexts(routed.num_experts) if known else None
        if contexts is not None:
            contexts.record(routed, self._batch, arrays, mask, max(1, self.last_step + 1))

    def _sent_of(self, routed: Routed) -> SentTokens | None:
        if not self._sends:
            return self._asked.sent(routed.num_experts, self._vocabulary)
        counts = self._sent.get(routed.path)
        if counts is None or counts.num_experts != routed.num_experts:
            counts = self._sent[routed.path] = SentTokens(routed.num_experts, self._vocabulary)
        return counts

    def _follow(self, routed: Routed, arrays: ModuleType, mask: Any) -> None:
        """Counts where the tokens of the layer before went, where it is of the same pass."""
        before, self._before = self._before, routed
        if before is None or before.path == routed.path or before.of_batch != routed.of_batch:
            return
        if arrays_of(before.indices) is not arrays or len(before.indices) != len(routed.indices):
            return
        counts = self._between((before.path, routed.path), (before.num_experts, routed.num_experts))
        if counts is not None:
            counts.record(before, routed, arrays, mask)

    def _between(self, key: tuple[str, str], shape: tuple[int, int]) -> Transitions | None:
        """Where to count the way from one layer to another; None where there is no room, and nobody asks."""
        counts = self._transitions.get(key)
        if counts is not None and counts.shape == shape:
            return counts
        others = sum(c.shape[0] * c.shape[1] for name, c in self._transitions.items() if name != key)
        if others + shape[0] * shape[1] <= MAX_PAIRS:
            counts = self._transitions[key] = Transitions(*shape)
            return counts
        return self._asked.between(key, shape) if key[0] in self._followed() else None

    def _asks(self, path: str) -> bool:
        """Whether a reader looks at the layer."""
        return self._asked is not None and self._asked.path == path

    def _followed(self) -> list[str]:
        """The layers that a reader sees tokens leave: the one that was asked for, and those after it."""
        if self._asked is None:
            return []
        paths = list(self._layers)
        start = paths.index(self._asked.path)
        return paths[start : start + MAX_FLOWS]

    def _next(self, layer: LayerRecord, after: LayerRecord | None, asked: AskedLayer | None) -> dict[str, Any]:
        """Where a layer's tokens go next, where that is known."""
        if after is None:
            return {}
        key = (layer.path, after.path)
        counts = self._transitions.get(key)
        rows = (asked and asked.transitions(key)) or (counts and counts.read())
        return {"transitions": rows} if rows else {}

    def _layer(self, routed: Routed, k: int) -> LayerRecord:
        layer = self._layers.get(routed.path)
        if layer is None or not layer.fits(routed, k):
            expect_integer(routed.path, "numExperts", routed.num_experts, 1, MAX_EXPERTS)
            expect_integer(routed.path, "k", k, 1, routed.num_experts)
            pairs = sum(other.num_experts**2 for other in self._layers.values() if other.path != routed.path)
            layer = LayerRecord(routed, k, pairs=pairs + routed.num_experts**2 <= MAX_PAIRS)
            self._layers[routed.path] = layer
            self._scores[routed.path] = ScoreRecord(routed.num_experts)
            if self._asks(routed.path):
                self._asked = AskedLayer(routed.path)
            if sum(other.num_experts for other in self._layers.values()) > MAX_SENT_EXPERTS:
                self._sends, self._sent = False, {}
        return layer

    def _heads(self) -> tuple[list[tuple[LayerRecord, list[float]]], dict[str, list[list[float]]]]:
        """The heads of all layers that the step passed, and of their scores by path; fetched at once where they are of one kind."""
        waiting: dict[ModuleType, list[tuple[str, Any]]] = {}
        for path, layer in self._layers.items():
            head = layer.head()
            if head is not None:
                vectors = [head, *self._scores[path].pending()]
                waiting.setdefault(layer.arrays, []).extend((path, vector) for vector in vectors)
        found: dict[str, list[list[float]]] = {path: [] for path in self._layers}
        for arrays, pairs in waiting.items():
            for (path, _), values in zip(pairs, arrays.fetch([vector for _, vector in pairs])):
                found[path].append(values)
        heads = [(self._layers[path], values[0]) for path, values in found.items() if values]
        return heads, {path: values[1:] for path, values in found.items()}

    def _has_room(self) -> bool:
        return len(self._scalar_names) < MAX_SCALARS

    def _read_history(self, layers: list[LayerRecord]) -> dict[str, Any]:
        steps, series = self._history.read()
        nothing = [None] * len(steps)
        load_steps, loads = self._loads.read()
        load = []
        for layer in layers:
            rows = loads.get(_load_key(layer), [None] * len(load_steps))
            load.append([[0.0] * layer.num_experts if row is None else row for row in rows])
        metrics = {name: [series.get(f"{name} {layer.path}", nothing) for layer in layers] for name in METRICS}
        scalars = {label(name): series.get(f"scalar {name}", nothing) for name in self._scalar_names}
        return {"steps": steps, **metrics, "loadSteps": load_steps, "load": load, "scalars": scalars, **self._score_history.read([layer.path for layer in layers])}


def _load_key(layer: LayerRecord) -> str:
    """A layer that changes its number of experts starts a new series."""
    return f"{layer.num_experts} {layer.path}"


def _domain_rows(batch: Batch, tokens: int) -> list[tuple[str | None, int, int]]:
    """Neighbouring rows of one domain: its name, the first row and the one after the last."""
    domains = batch.domains
    if len(set(domains)) <= 1 or tokens % len(domains) != 0:
        return [(domains[0] if len(set(domains)) == 1 else None, 0, tokens)]
    length = tokens // len(domains)
    runs, start = [], 0
    for name, group in groupby(domains):
        stop = start + length * len(list(group))
        runs.append((name, start, stop))
        start = stop
    return runs
