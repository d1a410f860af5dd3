"""A run that follows a model by its forward hooks."""

import sys
import warnings
from typing import Any

from ..recording.chosen import checked, chosen
from ..recording.errors import expect_integer, fail
from ..recording.numbers import label
from ..recording.routed import Routed
from .ablation import ablated
from .batches import batch_of
from .configuration import model_settings, together
from .entries import entries, named_arguments
from .find import Selection, find_routers
from .outputs import OutputReader, Reader, selection_bias, shared_experts
from .probe import Route, route_by
from .run import Run


class ModelRun(Run):
    """See ``watch``. The hooks read what the routers return; they change nothing, and are gone after the ``with``."""

    def __init__(
        self,
        model: Any,
        *,
        routers: Selection | None,
        k: int | None,
        read: Reader | None,
        evaluation: bool | None,
        automatic_steps: bool,
        probe: Route | None,
        title: str | None,
        tokenizer: Any,
        **options: Any,
    ) -> None:
        if not hasattr(model, "named_modules") or not hasattr(model, "register_forward_hook"):
            fail("watch", "the model must have named_modules and register_forward_hook, as torch.nn.Module has", type(model))
        if probe is not None and not callable(probe):
            fail("watch", "probe must be a function of a text", probe)
        super().__init__(title=type(model).__name__ if title is None else title, tokenizer=tokenizer, **options)
        self._probe.through(model, probe or route_by(model, tokenizer))
        self._state.routes = title is None
        self._state.configuration = together(self._state.configuration, model_settings(model, k))
        self._model = model
        self._routers = find_routers(model, routers)
        self._k = None if k is None else expect_integer("watch", "k", k, 1)
        self._read = read
        self._evaluation = evaluation
        self._automatic = automatic_steps
        self._handles: list[Any] = []
        self._outputs = OutputReader()
        self._failed: set[str] = set()
        #: Which entry of the model is being called, the outermost counting as 0; None between passes.
        self._inside: int | None = None
        self._called = self._trained = self._passed = False

    def step(self, number: int | None = None, **scalars: Any) -> None:
        self._automatic = self._passed = False
        super().step(number, **scalars)

    def _start(self) -> None:
        encoder_decoder = getattr(getattr(self._model, "config", None), "is_encoder_decoder", False)
        parents = dict(self._model.named_modules())
        for i, module in enumerate(entries(self._model, list(self._routers))):
            self._handles += _round_forward(module, *self._pass_hooks(module, i))
        for path, module in self._routers.items():
            decodes = encoder_decoder and "decoder" in path.split(".")
            hook = self._hook(path, parents.get(path), of_batch=not decodes)
            self._handles.append(module.register_forward_hook(hook))

    def _stop(self) -> None:
        while self._handles:
            self._handles.pop().remove()
        self._probe.through(None, None)
        self._automatic_step()

    # Hooks are functions that ask who calls: a copy of the model carries them as well, and is not watched.

    def _pass_hooks(self, entry: Any, i: int) -> tuple[Any, Any]:
        def before(module: Any, args: Any, kwargs: Any = None) -> None:
            if module is entry and (self._inside is None or i <= self._inside):
                self._before(module, i, args, kwargs or {})

        def after(module: Any, *called: Any) -> None:
            if module is entry and i == self._inside:
                # With always_call a hook is called where the pass failed as well.
                self._after(called[-1] if called else None)

        return before, after

    def _hook(self, path: str, parent: Any, *, of_batch: bool) -> Any:
        router = self._routers[path]

        def observe(module: Any, inputs: Any, output: Any) -> Any:
            if module is router and self._probe.ablating:
                return self._ablated(path, output)
            if module is router and path not in self._failed and (self._probe.passing or self._counts(module)):
                try:
                    routed = self._routed(path, module, inputs, output, parent)
                    routed.of_batch = of_batch
                    routed.bias = selection_bias(module, routed.num_experts)
                    routed.shared_experts = shared_experts(module, parent)
                    self._record(routed)
                except Exception as error:  # noqa: BLE001
                    # Inside of a user's forward pass, which goes on.
                    self._failed.add(path)
                    warnings.warn(f"watch: {path} is not recorded: {error}", RuntimeWarning, stacklevel=2)

        return observe

    def _ablated(self, path: str, output: Any) -> Any:
        """What a router returns in place of its output where it is the one that a reader asks about, else None: its own."""
        asked = self._probe.ablation
        experts = self._recorder.num_experts(asked["layer"]) if asked is not None and asked["layer"] == label(path) else None
        return None if experts is None else ablated(path, output, asked["expert"], asked["mode"], experts)

    def _routed(self, path: str, module: Any, inputs: Any, output: Any, parent: Any) -> Routed:
        if self._read is not None:
            return checked(chosen(path, **{"k": self._k, **self._read(module, inputs, output)}))
        return self._outputs.read(path, module, output, k=self._k, parent=parent)

    def _counts(self, module: Any) -> bool:
        """Whether a router's call is one of the model's passes that count."""
        if _recomputes() if _knows_recomputing() else self._called and self._inside is None:
            # Recomputed for the gradients; without PyTorch, which tells: outside of the model's own forward.
            return False
        training = getattr(self._model if self._called else module, "training", False)
        return training or (not self._trained if self._evaluation is None else self._evaluation)

    def _before(self, module: Any, entry: int, args: Any, kwargs: dict[str, Any]) -> None:
        if _recomputes():
            return
        named = named_arguments(module, args, kwargs)
        self._inside = entry
        if self._probe.passing:
            self._probe.batch(batch_of(args, named, None))
            return
        if self._automatic:
            self._automatic_step()
            self._hold()
        self._called = True
        self._trained = self._trained or getattr(module, "training", False)
        self._recorder.batch(batch_of(args, named, self._domain))

    def _after(self, output: Any) -> None:
        self._inside = None
        if self._probe.passing:
            self._probe.returned(output)
            return
        self._passed = getattr(self._model, "training", False)
        self._update()

    def _automatic_step(self) -> None:
        if self._automatic and self._passed:
            self._passed = False
            self._end_step(None, {})


def _round_forward(module: Any, before: Any, after: Any) -> list[Any]:
    """Names of arguments tell more than their places; modules other than PyTorch's may not pass them."""
    try:
        first = module.register_forward_pre_hook(before, with_kwargs=True)
    except TypeError:
        first = module.register_forward_pre_hook(before)
    try:
        return [first, module.register_forward_hook(after, always_call=True)]
    except TypeError:
        return [first, module.register_forward_hook(after)]


def _knows_recomputing() -> bool:
    torch = sys.modules.get("torch")
    return hasattr(getattr(torch, "_C", None), "_current_graph_task_id")


def _recomputes() -> bool:
    """Whether PyTorch computes gradients now, so that a forward pass is that of a checkpoint."""
    return _knows_recomputing() and sys.modules["torch"]._C._current_graph_task_id() != -1
