"""Where passes of a model begin: at the model, or at one that it wraps."""

import inspect
from typing import Any, Sequence

#: What a module must have of its own to be called; lists of modules have not.
FORWARD = "forward"


def entries(model: Any, routers: Sequence[str]) -> list[Any]:
    """The model, and in turn the one module inside that holds all routers, as long as it is called as a whole.

    A wrapper (PEFT's, one that trains) may pass its own ``forward`` by and call what it wraps. A part that a list or a block
    holds is no entry: it is called again where activations are recomputed.
    """
    modules = dict(model.named_modules())
    found, prefix = [model], ""
    while True:
        inside = {path[len(prefix) :].partition(".")[0] for path in routers if path.startswith(prefix)}
        name = next(iter(inside), "")
        path = f"{prefix}{name}"
        module = modules.get(path)
        if len(inside) != 1 or module is None or path in routers or not takes_tokens(module):
            return found
        found.append(module)
        prefix = f"{path}."


def takes_tokens(module: Any) -> bool:
    """Whether a module is called with a batch of its own: with token ids, or as a wrapper that passes on what it is given."""
    names = _parameters(module)
    return names is not None and ("input_ids" in names or names[:1] == ["*"])


def named_arguments(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """What a module was called with, by the names that its ``forward`` gives; a wrapper's by those of what it wraps."""
    names = _parameters(module) or []
    if names[:1] == ["*"]:
        inner = next((each for _, each in module.named_modules() if (_parameters(each) or ["*"])[:1] != ["*"]), None)
        names = _parameters(inner) or []
        if "input_ids" not in names:
            return kwargs
    return {**dict(zip(names, args)), **kwargs}


def _parameters(module: Any) -> list[str] | None:
    """Names of ``forward``'s arguments in their places; "*" where it takes any. None where it has none of its own."""
    try:
        signature = inspect.signature(getattr(module, FORWARD))
    except (AttributeError, TypeError, ValueError):
        return None
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds[:1]:
        return ["*"]
    return [name for name, parameter in signature.parameters.items() if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
