"""Choices as bytes in base64: a fraction of the room that rows of numbers take."""

from base64 import b64encode

from .limits import MAX_PACKED_EXPERTS


def packed_length(size: int) -> int:
    """Characters of base64 for so many bytes."""
    return 4 * -(-size // 3)


def packed(choices: list[list[int]]) -> str:
    """Experts 0..254, -1 for none; [T][K]."""
    return b64encode(bytes(MAX_PACKED_EXPERTS if expert < 0 else expert for row in choices for expert in row)).decode()
