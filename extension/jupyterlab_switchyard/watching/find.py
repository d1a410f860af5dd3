"""Finds the routers of a model."""

import re
from collections import Counter
from fnmatch import fnmatchcase
from typing import Any, Callable, Sequence

from ..recording.errors import fail

#: What names routers: paths (``*`` stands for any part), or a function of a module's path and the module.
Selection = str | Sequence[str] | Callable[[str, Any], bool]

#: Routers of HuggingFace's models are modules of their own: OlmoeTopKRouter, SwitchTransformersTop1Router, ...
ROUTER_CLASS = re.compile(r"(Top[kK\d]+)?Router$")
#: Until transformers 4 they were a linear layer called gate or router in a block like MixtralSparseMoeBlock.
BLOCK_CLASS = re.compile(r"(Sparse|Moe|MoE)\w*(Block|MLP)$")


def find_routers(model: Any, selection: Selection | None) -> dict[str, Any]:
    """The routers by the path that their layer goes by, in the order in which the model names them."""
    modules = dict(model.named_modules())
    if selection is None:
        found = [path for path in modules if _is_router(path, modules)]
        if not found:
            fail("watch", "the model must have a module that is known as a router; name yours with routers=", _kind(model))
        parents = [path.rpartition(".")[0] or path for path in found]
        several = Counter(parents)
        return {path if several[parent] > 1 else parent: modules[path] for path, parent in zip(found, parents)}
    found = [path for path, module in modules.items() if _is_selected(path, module, selection)]
    if not found:
        known = ", ".join(path for path in modules if path)
        fail("watch", f"routers must name a module of the model ({known[:300]})", selection)
    return {path or "router": modules[path] for path in found}


def _is_selected(path: str, module: Any, selection: Selection) -> bool:
    if callable(selection):
        return bool(selection(path, module))
    patterns = [selection] if isinstance(selection, str) else selection
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _is_router(path: str, modules: dict[str, Any]) -> bool:
    if ROUTER_CLASS.search(_kind(modules[path])):
        return True
    parent, _, name = path.rpartition(".")
    block = modules.get(parent)
    return name in ("gate", "router") and BLOCK_CLASS.search(_kind(block)) is not None and hasattr(block, "experts")


def _kind(module: Any) -> str:
    return type(module).__name__
