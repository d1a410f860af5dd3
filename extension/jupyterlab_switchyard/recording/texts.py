"""The text of a token."""

from typing import Any, Callable

from .errors import fail


def text_of(tokenizer: Any) -> Callable[[int], str] | None:
    """Of a tokenizer with ``decode``, or a function of a token's number; None where there is nothing."""
    if tokenizer is None:
        return None
    if hasattr(tokenizer, "decode"):
        return lambda token: tokenizer.decode([token])
    if callable(tokenizer):
        return tokenizer
    return fail("tokenizer", "it must have decode, or be a function of a token's number", tokenizer)
