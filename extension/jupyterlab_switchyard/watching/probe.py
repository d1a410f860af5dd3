"""A text of a reader's whose routing is followed through a run."""

import sys
from contextlib import ExitStack, contextmanager
from typing import Any, Callable, Iterator

from ..recording.arrays import arrays_of
from ..recording.limits import MAX_TOKENS
from ..recording.routed import Batch, Routed
from ..recording.sampler import TokenSampler
from .ablation import MODES
from .heard import is_text

#: Longest text, as JavaScript counts it; see kernel-lib's ``protocol/control.ts``.
MAX_TEXT = 4096
NO_PROBE = "to route a text, this run must be watched with a HuggingFace tokenizer, or with probe="
GONE = "the run is over, and nothing of it holds on to the model: a text is routed while it is watched"
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
        #: The expert without which, or with which alone, the losses of the text are measured as well: "layer", "expert" and "mode".
        self.ablation: dict[str, Any] | None = None
        #: Whether what the hooks see now is the text's, and is it without an expert or with it alone.
        self.passing = self.ablating = False
        #: Losses of the tokens, and under the ablation that was asked for; None where the model gives no logits of tokens.
        self._losses: list[float | None] | None = None
        self._ablated: tuple[dict[str, Any], list[float | None]] | None = None
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

    def ablate(self, ablation: Any, num_experts: Callable[[str], int | None]) -> None:
        """A reader wants to see the text without an expert, or with it alone; None: as it is. ``num_experts`` of the layer of a
        path, None where there is none."""
        if ablation is None:
            self.ablation, self.problem = None, None
            return
        known = ablation if isinstance(ablation, dict) else {}
        layer, expert, mode = (known.get(name) for name in ("layer", "expert", "mode"))
        experts = num_experts(layer) if isinstance(layer, str) else None
        if self.text is None:
            self.problem = "an expert is left out of a text that is routed: give one first"
        elif experts is None or mode not in MODES or type(expert) is not int or not 0 <= expert < experts:
            self.problem = "the expert to leave out must be one of a layer that routes"
        else:
            self.ablation, self.problem = {"layer": layer, "expert": expert, "mode": mode}, None

    def refresh(self, step: int) -> None:
        """Routes the text as the model is after so many steps; one that fails is followed no more."""
        text, ablation = self.text, self.ablation
        if text is None or self._route is None:
            return
        fresh = (self._sampled, self._step) != (text, step)
        if fresh:
            problem = self._pass(text)
            if problem is None:
                self._sampler.step(step)
                self._step = step
            elif self.text == text:
                self.text, self.problem = None, problem
        if ablation is None or self.text != text:
            self._ablated = None
        elif fresh or self._ablated is None or self._ablated[0] is not ablation:
            self._ablated = self._pass_ablated(text, ablation)

    def _pass(self, text: str) -> str | None:
        """Routes the text; why that cannot be, else None."""
        if text != self._sampled:
            self._sampler, self._sampled = TokenSampler(MAX_TOKENS, self._text_of), text
        self._records, self._losses = 0, None
        problem = self._through(text)
        return problem if problem is not None or self._records > 0 else NO_TOKENS

    def _pass_ablated(self, text: str, ablation: dict[str, Any]) -> tuple[dict[str, Any], list[float | None]] | None:
        """The losses without an expert, or with it alone; one that cannot be left out is asked for no more."""
        whole, self._losses = self._losses, None
        self.ablating = True
        try:
            problem = self._through(text)
        finally:
            self.ablating = False
            losses, self._losses = self._losses, whole
        if problem is not None and self.ablation is ablation:
            self.ablation, self.problem = None, problem
        return None if problem is not None or losses is None else (ablation, losses)

    def _through(self, text: str) -> str | None:
        self.passing = True
        try:
            with _as_in_evaluation(self._model):
                self._route(text)
            return None
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:300]
        finally:
            self.passing = False

    def batch(self, batch: Batch) -> None:
        """What the model is called with for the text."""
        self._batch = batch
        if not self.ablating:
            self._sampler.batch(batch)

    def record(self, routed: Routed) -> None:
        """What one layer chose for it."""
        batch = self._batch
        if not self.ablating and routed.of_batch and batch is not None and batch.ids is not None and batch.size * batch.length == len(routed.indices):
            self._sampler.record(routed, arrays_of(routed.indices))
            self._records += 1

    def returned(self, output: Any) -> None:
        """What the model returned for it: logits [1, T, V], alone, first, or by that name."""
        logits = getattr(output, "logits", output[0] if isinstance(output, tuple) and output else output)
        batch = self._batch
        shape = () if logits is None or isinstance(logits, (str, dict)) else arrays_of(logits).shape_of(logits)
        if batch is None or batch.ids is None or batch.size != 1 or len(shape) != 3 or shape[1] != batch.length or shape[1] < 2:
            return
        arrays = arrays_of(logits)
        ids = arrays_of(batch.ids).to_list(batch.ids)[0]
        if max(ids) < shape[2]:
            self._losses = [*arrays.next_losses(logits[0], arrays.flat(arrays.from_list([ids], logits))), None]

    def read(self, layers: list[tuple[str, int]], domains: list[str]) -> dict[str, Any] | None:
        """The text with what these layers (path and k) choose for it; None where none is followed."""
        sample = None if self.text is None or self.text != self._sampled else self._sampler.read(layers, domains)
        if sample is None or self._losses is None or len(self._losses) != len(sample["text"]):
            return sample
        ablated = self._ablated
        known = ablated is not None and len(ablated[1]) == len(sample["text"])
        return {**sample, "loss": self._losses, **({"ablation": {**ablated[0], "loss": ablated[1]}} if known else {})}


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
