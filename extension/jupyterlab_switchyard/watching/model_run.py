"""A run that follows a model by its forward hooks."""

from typing import Any

from ..recording.chosen import checked, chosen
from ..recording.errors import expect_integer, fail
from ..recording.routed import Routed
from .batches import batch_of
from .find import Selection, find_routers
from .outputs import Reader, read_output
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
        self._model = model
        self._routers = find_routers(model, routers)
        self._k = None if k is None else expect_integer("watch", "k", k, 1)
        self._read = read
        self._evaluation = evaluation
        self._automatic = automatic_steps
        self._handles: list[Any] = []
        self._called = self._inside = self._trained = self._passed = False

    def step(self, number: int | None = None, **scalars: Any) -> None:
        self._automatic = self._passed = False
        super().step(number, **scalars)

    def _start(self) -> None:
        encoder_decoder = getattr(getattr(self._model, "config", None), "is_encoder_decoder", False)
        parents = dict(self._model.named_modules())
        self._handles += [_before_forward(self._model, self._before), self._model.register_forward_hook(self._after)]
        for path, module in self._routers.items():
            decodes = encoder_decoder and "decoder" in path.split(".")
            hook = self._hook(path, parents.get(path), of_batch=not decodes)
            self._handles.append(module.register_forward_hook(hook))

    def _stop(self) -> None:
        while self._handles:
            self._handles.pop().remove()
        self._probe.through(None, None)
        self._automatic_step()

    def _hook(self, path: str, parent: Any, *, of_batch: bool) -> Any:
        def observe(module: Any, inputs: Any, output: Any) -> None:
            if self._probe.passing or self._counts(module):
                routed = self._routed(path, module, inputs, output, parent)
                routed.of_batch = of_batch
                self._record(routed)

        return observe

    def _routed(self, path: str, module: Any, inputs: Any, output: Any, parent: Any) -> Routed:
        if self._read is not None:
            return checked(chosen(path, **{"k": self._k, **self._read(module, inputs, output)}))
        return read_output(path, module, output, k=self._k, parent=parent)

    def _counts(self, module: Any) -> bool:
        """Whether a router's call is one of the model's passes that count."""
        if self._called and not self._inside:
            # Outside of the model's own forward: recomputed for the gradients.
            return False
        training = getattr(self._model if self._called else module, "training", False)
        return training or (not self._trained if self._evaluation is None else self._evaluation)

    def _before(self, _: Any, args: Any, kwargs: Any = None) -> None:
        if self._probe.passing:
            self._probe.batch(batch_of(args, kwargs or {}, None))
            return
        if self._automatic:
            self._automatic_step()
            self._hold()
        self._called = self._inside = True
        self._trained = self._trained or getattr(self._model, "training", False)
        self._recorder.batch(batch_of(args, kwargs or {}, self._domain))

    def _after(self, *_: Any) -> None:
        if self._probe.passing:
            return
        self._inside = False
        self._passed = getattr(self._model, "training", False)
        self._update()

    def _automatic_step(self) -> None:
        if self._automatic and self._passed:
            self._passed = False
            self._end_step(None, {})


def _before_forward(model: Any, hook: Any) -> Any:
    """Names of arguments tell more than their places; modules other than PyTorch's may not pass them."""
    try:
        return model.register_forward_pre_hook(hook, with_kwargs=True)
    except TypeError:
        return model.register_forward_pre_hook(hook)
