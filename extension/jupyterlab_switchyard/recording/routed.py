"""What one router chose for the tokens of one pass."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Routed:
    """Arrays of one kind (PyTorch, NumPy or nested lists), the tokens of the batch row by row.

    Letters: T tokens, K choices a token, E experts.
    """

    #: Module path of the routed layer.
    path: str
    #: E.
    num_experts: int
    #: Expert of each choice, best first, -1 where unused; [T, K].
    indices: Any
    #: Weight of each choice; [T, K]. None where unknown.
    weights: Any = None
    #: The router's probabilities; [T, E]. None where unknown.
    probabilities: Any = None
    #: True where the choice was dropped because its expert was full; [T, K]. None where nothing is dropped, or unknown.
    dropped: Any = None
    #: True where it is known that nothing else was dropped.
    knows_dropped: bool = False
    #: The router's kind.
    router: str = "top-k"
    #: False where its tokens are not those of the batch, as in the decoder of an encoder-decoder.
    of_batch: bool = True
    #: Experts that work on every token besides.
    shared_experts: int = 0
    #: What the probabilities were made of; [T, E]. None where unknown.
    logits: Any = None
    #: Added to each expert's score for the choice alone; [E]. None where there is none, or it is unknown.
    bias: Any = None


@dataclass
class Batch:
    """The tokens that pass through the routers."""

    #: B and T, sequences and the tokens of each.
    size: int
    length: int
    #: Token numbers; [B, T]. None where unknown.
    ids: Any = None
    #: True for tokens, False for padding; [B, T]. None where there is no padding.
    mask: Any = None
    #: Name of each sequence's domain, None where unknown; [B].
    domains: tuple[str | None, ...] = ()
    #: The decoder's tokens of an encoder-decoder. None where there is no decoder, or nothing is known of them.
    decoder: "Batch | None" = None
