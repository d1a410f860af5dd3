"""Which tokens a layer's experts are sent."""

from types import ModuleType
from typing import Any

from .limits import TOP_TOKENS
from .metrics import shares
from .routed import Routed
from .token_class import TOKEN_CLASSES
from .vocabulary import Vocabulary


class SentTokens:
    """Counts of token by expert [R * E], over the latest steps."""

    def __init__(self, num_experts: int, vocabulary: Vocabulary) -> None:
        self.num_experts = num_experts
        self._vocabulary = vocabulary
        self._arrays: ModuleType | None = None
        #: Since the window rolled, and of the window before.
        self._current: Any = None
        self._previous: Any = None

    def record(self, routed: Routed, numbers: Any, arrays: ModuleType, mask: Any) -> None:
        """Adds what a layer chose for the tokens with these numbers; [T]."""
        if arrays is not self._arrays:
            self._arrays, self._current, self._previous = arrays, None, None
        room = self._vocabulary.room
        self._current = arrays.count_sent(self._current, numbers, routed.indices, self.num_experts, room, mask=mask)

    def roll(self) -> None:
        """Starts the window's next half."""
        self._previous, self._current = self._current, None

    def read(self) -> dict[str, Any]:
        """The most frequent tokens of each expert, and each token class by expert; empty where nothing was counted."""
        tables = [table for table in (self._previous, self._current) if table is not None]
        if not tables:
            return {}
        # Of tokens without a number the text is not known; they count in the shares alone.
        tokens = self._vocabulary.sorted()
        order = [self._vocabulary.number(token) for token in tokens]
        groups = [self._vocabulary.group(token) for token in tokens]
        others = len(TOKEN_CLASSES)
        places, counts, by_class = self._arrays.sent(
            tables, self.num_experts, self._vocabulary.room, [*order, 0], [*groups, others], others + 1, TOP_TOKENS + 1
        )
        totals = [sum(column) for column in zip(*by_class)]
        top = [self._shares(tokens, place, count, total) for place, count, total in zip(zip(*places), zip(*counts), totals)]
        return {"topTokens": top, "classLoad": [shares(row) for row in by_class[:others]]}

    def _shares(self, tokens: list[Any], places: Any, counts: Any, total: float) -> list[dict[str, Any]]:
        named = [(tokens[place], count) for place, count in zip(places, counts) if place < len(tokens) and count > 0]
        return [{"text": self._vocabulary.text(token), "share": count / total} for token, count in named[:TOP_TOKENS]]
