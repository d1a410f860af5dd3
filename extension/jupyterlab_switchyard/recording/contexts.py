"""The tokens that each expert of a layer took with the greatest weights, with the text around them."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, Callable

from .arrays import arrays_of
from .limits import MAX_CONTEXTS
from .numbers import label
from .routed import Batch, Routed

#: Tokens kept on each side.
AROUND = 24
#: Characters of the text before a token, and of that after it.
BEFORE, AFTER = 40, 24


@dataclass
class _Found:
    weight: float
    step: int
    domain: str | None
    #: The tokens around it, and its own place among them.
    tokens: tuple[Any, ...]
    at: int

    @property
    def place(self) -> tuple[Any, ...]:
        return self.tokens, self.at


class Contexts:
    """Over the latest 1 to 2 windows; the same tokens seen again are one place, as heavy as they were at most."""

    def __init__(self, num_experts: int) -> None:
        self._num_experts = num_experts
        self._current: list[list[_Found]] = [[] for _ in range(num_experts)]
        self._previous: list[list[_Found]] = [[] for _ in range(num_experts)]

    def record(self, routed: Routed, batch: Batch, arrays: ModuleType, mask: Any, step: int) -> None:
        """Adds what a layer chose for the tokens of the batch, in the step that is under way; what was dropped is none."""
        if routed.weights is None:
            return
        heaviest = arrays.heaviest(
            routed.indices, routed.weights, self._num_experts, MAX_CONTEXTS, dropped=routed.dropped, mask=mask
        )
        ids = arrays_of(batch.ids).to_list(batch.ids)
        for expert, places in enumerate(heaviest):
            for weight, row in places:
                sequence, at = divmod(row, batch.length)
                start = max(0, at - AROUND)
                around = tuple(ids[sequence][start : at + 1 + AROUND])
                domain = batch.domains[sequence] if sequence < len(batch.domains) else None
                self._add(self._current[expert], _Found(weight, step, domain, around, at - start))

    def roll(self) -> None:
        """Starts the window's next half."""
        self._previous, self._current = self._current, [[] for _ in range(self._num_experts)]

    def read(self, text_of: Callable[[Any], str], domains: list[str]) -> list[list[dict[str, Any]]]:
        """The heaviest of each expert, at most 8."""
        return [
            [_context(found, text_of, domains) for found in _joined(newer, older)[:MAX_CONTEXTS]]
            for newer, older in zip(self._current, self._previous)
        ]

    @staticmethod
    def _add(known: list[_Found], found: _Found) -> None:
        same = next((each for each in known if each.place == found.place), None)
        if same is not None:
            if same.weight >= found.weight:
                return
            known.remove(same)
        after = next((i for i, each in enumerate(known) if each.weight < found.weight), len(known))
        known.insert(after, found)
        del known[MAX_CONTEXTS:]


def _joined(newer: list[_Found], older: list[_Found]) -> list[_Found]:
    """Both, the heaviest first; of equal ones the newer first."""
    known = {found.place for found in newer}
    return sorted([*newer, *(found for found in older if found.place not in known)], key=lambda found: -found.weight)


def _context(found: _Found, text_of: Callable[[Any], str], domains: list[str]) -> dict[str, Any]:
    before, after = ("".join(map(text_of, part)) for part in (found.tokens[: found.at], found.tokens[found.at + 1 :]))
    return {
        "before": label(before[-BEFORE:]),
        "token": label(text_of(found.tokens[found.at])),
        "after": label(after[:AFTER]),
        "weight": found.weight,
        "domain": domains.index(found.domain) if found.domain in domains else -1,
        "step": found.step,
    }
