"""The notebook that this Python is the kernel of."""

import sys
from typing import Any


def notebook_shell() -> Any | None:
    """IPython's shell in a kernel; None where there is none, as in a script or a terminal."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell if hasattr(shell, "kernel") else None
