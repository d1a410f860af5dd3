"""What the same text was given at earlier steps."""

from typing import Any

from .limits import MAX_EARLIER

#: What each layer chose, by path.
Choices = dict[str, Any]


class EarlierChoices:
    """The choices at some steps, evenly over those in which the text was the same; which steps depends on them alone."""

    def __init__(self) -> None:
        self._tokens: list[Any] | None = None
        self._kept: list[tuple[int, Choices]] = []
        self._stride = 1
        self._adds = 0

    def add(self, step: int, tokens: list[Any], choices: Choices) -> None:
        """What a text was given at the end of a step; another text than the last starts anew."""
        if tokens != self._tokens:
            self._tokens, self._kept, self._stride, self._adds = tokens, [], 1, 0
        if self._adds % self._stride == 0:
            self._kept.append((step, choices))
        self._adds += 1
        if len(self._kept) > MAX_EARLIER:
            self._kept = self._kept[::2]
            self._stride *= 2

    def read(self, tokens: list[Any], choices: Choices) -> list[tuple[int, Choices]]:
        """The earlier steps of a text with its choices now."""
        return [(step, each) for step, each in self._kept if each is not choices] if tokens == self._tokens else []
