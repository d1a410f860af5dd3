"""Switchyard for JupyterLab: the prebuilt extension, the kernelspec, and recordings of routing from Python.

``import jupyterlab_switchyard as switchyard``; what it offers is loaded when it is first used, and needs nothing but Python:
PyTorch and NumPy are used where the data are theirs.
"""

from importlib import import_module
from importlib.metadata import version
from typing import Any

__version__ = version("jupyterlab-switchyard")

# Public name -> the module that has it.
_PLACES = {
    "watch": "watching.watch",
    "record": "watching.watch",
    "Run": "watching.run",
    "Stopped": "watching.control",
    "read_choices": "reading.choices",
    "read_router_logits": "reading.router_logits",
    "read_olmoe": "reading.olmoe",
    "read_counts": "reading.counts",
    "Recording": "reading.recording",
    "MIME_TYPE": "recording.limits",
    "SwitchyardError": "recording.errors",
}

__all__ = ["__version__", *_PLACES]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
