"""The tokens of a run by small numbers, with their texts and classes."""

from typing import Any, Callable

from .arrays import arrays_of
from .limits import MAX_VOCABULARY
from .numbers import label
from .token_class import TOKEN_CLASSES, token_class


class Vocabulary:
    """Numbers tokens from 1 in the order in which they come, whatever their own numbers are; above the limit all are 0."""

    def __init__(self, text_of: Callable[[Any], str]) -> None:
        self._text_of = text_of
        self._numbers: dict[Any, int] = {}
        #: Text and class of each token, found once and when they are first shown.
        self._known: dict[Any, tuple[str, int]] = {}

    @property
    def room(self) -> int:
        """Rows that a table of this vocabulary needs: a power of two, so that it seldom grows."""
        return 1 << max(6, len(self._numbers).bit_length())

    def numbered(self, ids: Any, like: Any) -> Any:
        """The number of each token, as an array of the kind of ``like``; [T]."""
        arrays, wanted = arrays_of(ids), arrays_of(like)
        numbers = arrays.numbered(arrays.flat(ids), lambda tokens: [self._number(token) for token in tokens])
        return numbers if arrays is wanted else wanted.from_list(arrays.to_list(numbers), like)

    def sorted(self) -> list[Any]:
        """The tokens that have a number above 0, the smallest first."""
        return sorted(self._numbers)

    def number(self, token: Any) -> int:
        return self._numbers[token]

    def text(self, token: Any) -> str:
        return self._of(token)[0]

    def group(self, token: Any) -> int:
        """Its class, as an index into ``TOKEN_CLASSES``."""
        return self._of(token)[1]

    def _number(self, token: Any) -> int:
        if len(self._numbers) >= MAX_VOCABULARY:
            return self._numbers.get(token, 0)
        return self._numbers.setdefault(token, len(self._numbers) + 1)

    def _of(self, token: Any) -> tuple[str, int]:
        if token not in self._known:
            text = self._text_of(token)
            self._known[token] = label(text), TOKEN_CLASSES.index(token_class(text))
        return self._known[token]
