"""The text of a token."""

from typing import Any, Callable

from .errors import fail


def text_of(tokenizer: Any) -> Callable[[int], str]:
    """A tokenizer with ``decode``, a function of a token's number, or nothing: then the numbers themselves."""
    if tokenizer is None:
        return str
    if hasattr(tokenizer, "decode"):
        return lambda token: tokenizer.decode([token])
    if callable(tokenizer):
        return tokenizer
    return fail("tokenizer", "it must have decode, or be a function of a token's number", tokenizer)
