"""Counting, for three kinds of arrays: PyTorch's on their device, NumPy's, and nested lists.

Each module has the same functions. A tally is one vector, so that adding, moving and cutting it is one operation:
``[tokens, dropped choices, sum of entropies in nats, load [E], importance [E], taken [E], weight [E], pairs [E * E] or nothing]``.
``taken`` are the choices that were not dropped, ``weight`` the sum of their weights.

``form`` tells what scores of experts are: "weights" where every token has experts with exactly 0, "probabilities" where they are
at least 0 and sum to 1, else "logits".
"""

import sys
from types import ModuleType
from typing import Any

from . import plain

#: Entries of a tally before the load.
HEAD = 3
#: Vectors of E numbers after it.
VECTORS = 4


def arrays_of(value: Any) -> ModuleType:
    """The module for arrays like this one; no library is imported that the value does not come from."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        from . import torch_arrays

        return torch_arrays
    if not isinstance(value, (list, tuple)) and hasattr(value, "__array__"):
        from . import numpy_arrays

        return numpy_arrays
    return plain
