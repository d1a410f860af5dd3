"""How evenly a layer's experts are used, as kernel-lib's ``telemetry.loadMetrics`` computes it."""

import math
from typing import Sequence


def load_metrics(counts: Sequence[float]) -> dict[str, float | None]:
    """Metrics of how often each expert was chosen, c [E]; all None where nothing was.

    ``maxVio`` = (max c - mean c) / mean c (arXiv:2408.15664, eq. 4); ``cv``, the population's standard deviation over the
    mean; ``effectiveExperts``, exp of the entropy of c / sum c, over E; ``deadFraction``, the share of experts with c = 0.
    """
    total = sum(counts)
    if total <= 0:
        return dict.fromkeys(("maxVio", "cv", "effectiveExperts", "deadFraction"))
    mean = total / len(counts)
    entropy = -sum(count / total * math.log(count / total) for count in counts if count > 0)
    return {
        "maxVio": max(0.0, max(counts) / mean - 1),
        "cv": math.sqrt(sum((count - mean) ** 2 for count in counts) / len(counts)) / mean,
        "effectiveExperts": min(1.0, math.exp(entropy) / len(counts)),
        "deadFraction": sum(1 for count in counts if count == 0) / len(counts),
    }


def shares(counts: Sequence[float]) -> list[float]:
    """Shares of the sum; all 0 where the sum is."""
    total = sum(counts)
    return [count / total if total > 0 else 0 for count in counts]
