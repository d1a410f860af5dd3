"""What arrives over a comm: anything that JSON can hold, sent by whatever page has the notebook open."""

from typing import Any


def is_text(value: Any, longest: int) -> bool:
    """Whether it is a text of 1 to ``longest`` UTF-16 code units that can be sent back: half a character cannot."""
    if not isinstance(value, str):
        return False
    try:
        return 0 < len(value.encode("utf-16-le")) <= 2 * longest
    except UnicodeEncodeError:
        return False
