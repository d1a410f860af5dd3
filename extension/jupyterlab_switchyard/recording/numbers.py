"""Numbers and texts as the contract writes them: rounded, NaN as None, whole numbers without a point."""

import json
import math
from typing import Any

from .limits import MAX_TEXT

#: Decimals of a metric (MaxVio, entropy) and of a weight.
METRIC_DECIMALS = 3


def share_decimals(num_experts: int) -> int:
    """Decimals that tell a share of E experts to about a hundredth of the fair share, 1/E."""
    return 4 if num_experts <= 128 else math.ceil(math.log10(num_experts)) + 2


def rounded(value: float | None, decimals: int) -> float | int | None:
    """Rounds to this many decimals, halves upwards as JavaScript does; NaN and infinities become None."""
    if value is None or not math.isfinite(value):
        return None
    scale = 10**decimals
    return whole(math.floor(value * scale + 0.5) / scale)


def significant(value: float | None) -> float | int | None:
    """Rounds to five significant digits; NaN and infinities become None."""
    if value is None or value == 0 or not math.isfinite(value):
        return 0 if value == 0 else None
    return whole(float(f"{value:.5g}"))


def whole(value: float) -> float | int:
    """Whole numbers as such: they are shorter as JSON."""
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def json_bytes(value: Any) -> int:
    """Bytes of a value as UTF-8 JSON without blanks."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode())


def label(text: Any) -> str:
    """A text that a payload can hold: at most 256 characters as UTF-16 counts them, no half characters."""
    units = str(text).encode("utf-16-le", "surrogatepass")[: 2 * MAX_TEXT]
    return units.decode("utf-16-le", "replace").replace("\ufffd", "") if len(units) == 2 * MAX_TEXT else clean(str(text))


def clean(text: str) -> str:
    """Halves of characters have no UTF-8 form."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
