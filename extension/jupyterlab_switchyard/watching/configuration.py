"""Settings of a run by name, which tell it from others."""

import math
import sys
from typing import Any, Mapping

from ..recording.errors import fail
from ..recording.limits import MAX_CONFIGURATION
from ..recording.numbers import clean

#: Characters of a name and of a word: a payload has little room for them.
MAX_WORD = 48
#: What HuggingFace's configurations call the settings of a mixture of experts.
OF_MODEL = (
    "model_type",
    "num_hidden_layers",
    "hidden_size",
    "num_experts",
    "num_local_experts",
    "n_routed_experts",
    "num_experts_per_tok",
    "num_selected_experts",
    "router_aux_loss_coef",
    "router_z_loss_coef",
    "router_jitter_noise",
    "norm_topk_prob",
    "expert_capacity",
)
#: Whole numbers that JavaScript can hold.
MAX_INTEGER = 2**53 - 1

Setting = str | int | float | bool


def given_settings(where: str, given: Mapping[str, Any] | None) -> dict[str, Setting]:
    """The settings that a user names, as a payload holds them; what is none is refused."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        fail(where, "configuration must be a dict of settings by name", given)
    if len(given) > MAX_CONFIGURATION:
        fail(where, f"configuration must have at most {MAX_CONFIGURATION} names", len(given))
    settings = {clean(str(name))[:MAX_WORD]: _setting(value) for name, value in given.items()}
    for name, value in settings.items():
        if value is None:
            fail(where, f"configuration must have words, numbers and switches, of {name!r}", given[name])
    return settings


def model_settings(model: Any, k: int | None) -> dict[str, Setting]:
    """Settings that a model says of itself, and the seed that PyTorch was given."""
    config = getattr(model, "config", None)
    named = {name: _setting(getattr(config, name, None)) for name in OF_MODEL}
    all_of = {"seed": _seed(), "model": type(model).__name__, "k": k, **named}
    return {name: value for name, value in all_of.items() if value is not None}


def together(*parts: Mapping[str, Setting]) -> dict[str, Setting]:
    """The settings of all parts, of a name that several have the first; as many as a payload holds."""
    merged: dict[str, Setting] = {}
    for part in parts:
        merged |= {name: value for name, value in part.items() if name not in merged}
    return dict(list(merged.items())[:MAX_CONFIGURATION])


def _seed() -> int | None:
    """PyTorch's seed, where someone has chosen it: its own is a number of 64 bits."""
    torch = sys.modules.get("torch")
    seed = torch.initial_seed() if hasattr(torch, "initial_seed") else None
    return seed if seed is not None and abs(seed) <= 2**32 else None


def _setting(value: Any) -> Setting | None:
    """A value that a table has room for; None for others."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= MAX_INTEGER else str(value)[:MAX_WORD]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return clean(value)[:MAX_WORD] if isinstance(value, str) else None
