"""What is counted of one layer because a reader asks for it."""

from types import ModuleType
from typing import Any

from .contexts import Contexts
from .layer import LayerRecord
from .limits import MAX_PAIR_EXPERTS, MAX_SENT_EXPERTS
from .pairs import Pairs
from .routed import Routed
from .sent import SentTokens
from .transitions import Transitions
from .vocabulary import Vocabulary


class AskedLayer:
    """Pairs, transitions and sent tokens that there is no room to count of all layers, of one layer since it was asked for.

    The counts are its own: no other number changes by a reader's looking. Once the window has passed they are what they would
    be had they always been counted. They are given up when another layer is asked for, so that they never cost more than those
    of one layer.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        #: Whether a whole pass has been counted.
        self.counted = False
        self._begun = False
        self._pairs: Pairs | None = None
        self._sent: SentTokens | None = None
        self._contexts: Contexts | None = None
        self._transitions: dict[tuple[str, str], Transitions] = {}

    def observe(self, layer: LayerRecord, routed: Routed, arrays: ModuleType, mask: Any) -> None:
        """What the layer chose."""
        self.end_pass()
        self._begun = True
        if layer.k > 1 and not layer.pairs and layer.num_experts <= MAX_PAIR_EXPERTS:
            self._pairs = self._pairs or Pairs(layer.num_experts)
            self._pairs.record(routed, arrays, mask)

    def sent(self, num_experts: int, vocabulary: Vocabulary) -> SentTokens | None:
        """Where to count which tokens the layer's experts are sent; None where they are too many."""
        if self._sent is None and num_experts <= MAX_SENT_EXPERTS:
            self._sent = SentTokens(num_experts, vocabulary)
        return self._sent

    def contexts(self, num_experts: int) -> Contexts | None:
        """Where to keep what the layer's experts take most; None where they are too many."""
        if self._contexts is None and num_experts <= MAX_SENT_EXPERTS:
            self._contexts = Contexts(num_experts)
        return self._contexts

    def read_contexts(self, text_of: Any, domains: list[str]) -> dict[str, Any]:
        """What a payload's layer lacks without them; empty where none were kept."""
        return {} if self._contexts is None else {"contexts": self._contexts.read(text_of, domains)}

    def between(self, key: tuple[str, str], shape: tuple[int, int]) -> Transitions | None:
        """Where to count the way from one layer to another; None where there are too many pairs."""
        counts = self._transitions.get(key)
        if (counts is None or counts.shape != shape) and shape[0] * shape[1] <= MAX_PAIR_EXPERTS**2:
            counts = self._transitions[key] = Transitions(*shape)
        return counts

    def end_pass(self) -> None:
        """All layers that follow have been observed."""
        self.counted = self.counted or self._begun

    def end_step(self, roll: bool) -> None:
        """``roll`` starts the window's next half."""
        self.end_pass()
        if roll:
            self._roll()

    def tables(self) -> dict[str, Any]:
        """What a payload's layer lacks without them; empty where nothing was counted."""
        pairs = self._pairs and self._pairs.read()
        return {**({"coActivation": pairs} if pairs else {}), **(self._sent.read() if self._sent else {})}

    def transitions(self, key: tuple[str, str]) -> list[list[float]] | None:
        """From one layer to another; None where nothing was counted."""
        counts = self._transitions.get(key)
        return counts and counts.read()

    def _roll(self) -> None:
        for counts in (self._pairs, self._sent, self._contexts, *self._transitions.values()):
            if counts is not None:
                counts.roll()
