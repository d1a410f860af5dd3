"""Errors that say where, the rule, and what came: ``watch: k must be 1..numExperts (8), got 9``."""

from typing import Any, NoReturn

from .limits import MAX_TOKENS


class SwitchyardError(ValueError):
    """What was asked cannot be done; the message says where, the rule and what came."""

    def __init__(self, where: str, rule: str, got: Any) -> None:
        super().__init__(f"{where}: {rule}, got {brief(got)}")


def fail(where: str, rule: str, got: Any) -> NoReturn:
    """Raises a SwitchyardError."""
    raise SwitchyardError(where, rule, got)


def expect_integer(where: str, name: str, value: Any, low: int, high: int | None = None) -> int:
    """The value as an integer in ``low..high``; anything else is refused."""
    bound = f"at least {low}" if high is None else f"{low}..{high}"
    try:
        number = int(value)
    except (TypeError, ValueError):
        fail(where, f"{name} must be an integer {bound}", value)
    if isinstance(value, bool) or number != value or number < low or (high is not None and number > high):
        fail(where, f"{name} must be an integer {bound}", value)
    return number


def expect_sample(where: str, count: Any) -> int | None:
    """How many tokens a sample has, None for those that nobody asked for."""
    return None if count is None else expect_integer(where, "token_sample", count, 0, MAX_TOKENS)


def brief(value: Any) -> str:
    """A value in a few words: arrays by their type and shape."""
    shape = getattr(value, "shape", None)
    if shape is not None and tuple(shape) != ():
        return f"{type(value).__name__} of shape {list(shape)}"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
