"""A payload as an output by MIME type, from the richest form to the plainest."""

import warnings
from typing import Any

from ..recording.limits import MIME_TYPE
from .svg import payload_svg
from .text import payload_text


def bundle_of(payload: dict[str, Any], svg: str | None) -> dict[str, Any]:
    """The payload, its picture where there is one yet, and a table of text."""
    picture = {} if svg is None else {"image/svg+xml": svg}
    return {MIME_TYPE: payload, **picture, "text/plain": payload_text(payload)}


def picture(payload: dict[str, Any]) -> str | None:
    """The payload matters more than its picture: what keeps the one from being drawn must not keep the other back."""
    try:
        return payload_svg(payload)
    except Exception as error:  # noqa: BLE001
        warnings.warn(f"switchyard: the picture could not be drawn: {error!r}", RuntimeWarning, stacklevel=2)
        return None
