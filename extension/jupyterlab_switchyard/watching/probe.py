"""A text of a reader's whose routing is followed through a run."""

import sys
from contextlib import ExitStack, contextmanager
from typing import Any, Callable, Iterator

from ..recording.arrays import arrays_of
from ..recording.limits import MAX_TOKENS
from ..recording.routed import Batch, Routed
from ..recording.sampler import TokenSampler
from .heard import is_text

#: Longest text, as JavaScript counts it; see kernel-lib's ``protocol/control.ts``.
MAX_TEXT = 4096
NO_PROBE = "to route a text, this run must be watched with a HuggingFace tokenizer, or with probe="
NO_TOKENS = "the model was not called with token ids [B, T] that its routers saw"

#: Passes a text through the model.
Route = Callable[[str], Any]


class Probe:
    """Passes the text through the model as in evaluation, without gradients: the numbers of the run are the same as without."""

    def __init__(self, text_of: Callable[[Any], str] | None) -> None:
        self._text_of = text_of or str
        self._model: Any = None
        self._route: Route | None = None
        #: The text that is followed; None for none.
        self.text: str | None = None
        #: Why a text cannot be routed, or the last one could not.
        self.problem: str | None = None
        #: Whether what the hooks see now is the text's.
        self.passing = False
        self._sampler = TokenSampler(0, self._text_of)
        self._sampled: str | None = None
        self._batch: Batch | None = None
        self._records = 0
        self._step = -1

    def through(self, model: Any, route: Route | None) -> None:
        """Texts are passed through this model, where there is a way."""
        self._model, self._route = model, route

    @property
    def can(self) -> bool:
        """Whether there is a way to pass a text through the model."""
        return self._route is not None

    def ask(self, text: Any) -> None:
        """A reader wants to see this text; None for the tokens of the run."""
        if text is not None and not is_text(text, MAX_TEXT):
            self.problem = f"a text to route must have 1 to {MAX_TEXT} characters"
        elif text is not None and self._route is None:
            self.problem = NO_PROBE
        else:
            self.text, self.problem = text, None

    def refresh(self, step: int) -> None:
        """Routes the text as the model is after so many steps; one that fails is followed no more."""
        text = self.text
        if text is None or self._route is None or (self._sampled, self._step) == (text, step):
            return
        if text != self._sampled:
            self._sampler, self._sampled = TokenSampler(MAX_TOKENS, self._text_of), text
        self.passing, self._records = True, 0
        try:
            with _as_in_evaluation(self._model):
                self._route(text)
            problem = None if self._records > 0 else NO_TOKENS
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"[:300]
        finally:
            self.passing = False
        if problem is None:
            self._sampler.step(step)
            self._step = step
        elif self.text == text:
            self.text, self.problem = None, problem

    def batch(self, batch: Batch) -> None:
        """What the model is called with for the text."""
        self._batch = batch
        self._sampler.batch(batch)

    def record(self, routed: Routed) -> None:
        """What one layer chose for it."""
        batch = self._batch
        if routed.of_batch and batch is not None and batch.ids is not None and batch.size * batch.length == len(routed.indices):
            self._sampler.record(routed, arrays_of(routed.indices))
            self._records += 1

    def read(self, layers: list[tuple[str, int]], domains: list[str]) -> dict[str, Any] | None:
        """The text with what these layers (path and k) choose for it; None where none is followed."""
        return None if self.text is None or self.text != self._sampled else self._sampler.read(layers, domains)


def route_by(model: Any, tokenizer: Any) -> Route | None:
    """Calls a HuggingFace model with a text as its tokenizer reads it; None for a tokenizer that only gives tokens a text."""
    if not callable(tokenizer) or not hasattr(tokenizer, "decode"):
        return None
    return lambda text: model(input_ids=tokenizer(text, return_tensors="pt")["input_ids"].to(model.device))


@contextmanager
def _as_in_evaluation(model: Any) -> Iterator[None]:
    training = [module for _, module in model.named_modules() if getattr(module, "training", False)]
    torch = sys.modules.get("torch")
    with ExitStack() as stack:
        if torch is not None:
            devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else []
            stack.enter_context(torch.no_grad())
            stack.enter_context(torch.random.fork_rng(devices))
        for module in training:
            module.training = False
        try:
            yield
        finally:
            for module in training:
                module.training = True
