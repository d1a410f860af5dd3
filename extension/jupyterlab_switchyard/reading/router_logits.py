"""Reads the router logits that HuggingFace's models return."""

from typing import Any, Callable, Sequence

from ..recording.chosen import chosen, named_scores
from ..recording.errors import brief, expect_integer, fail
from ..recording.texts import text_of
from .checks import batch_of, paths
from .recording import Recording, recording_of

WHERE = "read_router_logits"


def read_router_logits(
    router_logits: Sequence[Any],
    *,
    k: int,
    input_ids: Any = None,
    attention_mask: Any = None,
    tokenizer: Any | Callable[[int], str] = None,
    domain: str | None = None,
    layers: Sequence[str] | None = None,
    title: str = "router logits",
    token_sample: int | None = None,
) -> Recording:
    """Reads ``model(..., output_router_logits=True).router_logits``: a tuple with [B * T, E] or [B, T, E] for each layer.

    The ``k`` largest logits are the choices, their softmax the weights; transformers 5.2 gives probabilities under that name, which
    are taken as they are. That is how most mixtures choose; for one that
    chooses otherwise (groups of experts, biases) ``watch`` sees what was really chosen.

    Args:
        router_logits: One array a layer: PyTorch, NumPy or nested lists.
        k: Experts a token is sent to, 1..E.
        input_ids: The tokens' numbers, for the sample; [B, T].
        attention_mask: 0 for padding, which is left out; [B, T].
        tokenizer: An object with ``decode``, or a function of a token's number.
        domain: What the text is, for example "code".
        layers: A name for each layer; L.
        title: For people.
        token_sample: Tokens shown with their choices, 0..2048, sequence after sequence. Default: those of the first, at most 64.

    Raises:
        SwitchyardError: Where a shape or a number does not fit.
    """
    if not isinstance(router_logits, (tuple, list)) or len(router_logits) == 0:
        fail(WHERE, "router_logits must have an array for each layer", brief(router_logits))
    expect_integer(WHERE, "k", k, 1)
    names = paths(WHERE, layers, len(router_logits))
    routed = [chosen(name, **named_scores(logits), k=k) for name, logits in zip(names, router_logits)]
    for item in routed:
        if len(item.indices) != len(routed[0].indices):
            fail(f"{WHERE}: {item.path}", f"there must be logits for {len(routed[0].indices)} tokens", len(item.indices))
    batch = batch_of(WHERE, len(routed[0].indices), tokens=input_ids, mask=attention_mask, domain=domain)
    return recording_of(
        [(batch, routed)], where=WHERE, title=title, token_sample=token_sample, text_of=text_of(tokenizer)
    )
