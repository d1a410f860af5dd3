"""One recorded run, shown in the cell that records it."""

from types import TracebackType
from typing import Any, Mapping, Sequence

from ..recording.chosen import checked, chosen
from ..recording.errors import expect_integer, fail
from ..recording.payload import RunState, routing_details, routing_payload
from ..recording.recorder import Recorder
from ..recording.routed import Routed
from ..recording.texts import text_of
from ..showing.bundle import bundle_of, picture
from ..showing.live import LiveDisplay, Output, notebook_display
from ..showing.text import payload_text
from .batches import Domain, batch_of
from .configuration import given_settings
from .control import Control, Stopped
from .machine import MachineMeter
from .probe import Probe
from .run_file import RunFile, Save, runs_folder


class Run:
    """Records routing and shows it, in a ``with``; ``switchyard.record(...)`` makes one, ``watch`` one that follows a model.

    In a notebook one output follows the run, at most four times a second and at the end always; elsewhere it only records.
    The options are those of ``watch``.
    """

    def __init__(
        self,
        *,
        title: str = "routing",
        tokenizer: Any = None,
        total_steps: int | None = None,
        token_sample: int | None = None,
        window: int = 8,
        configuration: Mapping[str, Any] | None = None,
        display: bool = True,
        save: Save = False,
    ) -> None:
        if total_steps is not None:
            expect_integer("watch", "total_steps", total_steps, 0)
        state = self._state = RunState(title, total_steps)
        state.configuration = given_settings("watch", configuration)
        text = text_of(tokenizer)
        recorder = self._recorder = Recorder(window=window, token_sample=token_sample, text_of=text)
        probe = self._probe = Probe(text)
        self._domain: Domain = None
        self._display = display
        self._live: LiveDisplay | None = None
        self._meter = MachineMeter()
        self._folder = runs_folder(save)
        self._file: RunFile | None = None
        output = self._output = Output()
        #: Whether a step has ended and the next one not begun.
        self._between = False
        self._control = Control(
            state.run_id,
            lambda: (state.status, state.step),
            probe,
            count=recorder.ask,
            num_experts=recorder.num_experts,
            details=lambda layer: routing_details(state, _known(recorder, probe, layer), layer),
            output=output,
        )

    # What a user calls.

    def step(
        self,
        number: int | None = None,
        *,
        loss: Any = None,
        validation_loss: Any = None,
        scalars: Mapping[str, Any] | None = None,
    ) -> None:
        """Ends a step: what was routed since the last one becomes a point of the history.

        Where a reader has paused the run from its panel it returns when the run goes on. Where a reader has stopped it,
        it leaves the ``with`` of the run, which ends without an error; ``run.stopped`` is True after it.

        Args:
            number: The step's number, above the one before. Default: the next, from 1.
            loss: Shown as "loss/train"; a number, or a tensor of one.
            validation_loss: Shown as "loss/validation".
            scalars: Further numbers by name, for example {"auxiliary/balance": 0.01}; 64 names at most.

        Raises:
            SwitchyardError: Where the number is not above the last.
        """
        values = {"loss/train": loss, "loss/validation": validation_loss, **(scalars or {})}
        self._end_step(number, {name: _number(value) for name, value in values.items() if value is not None})
        self._hold()

    @property
    def stopped(self) -> bool:
        """Whether a reader has stopped the run from its panel."""
        return self._control.stopped

    def domain(self, name: str | Sequence[str | None] | None) -> "_Domain":
        """Says what the text that follows is: "code", or a name for each sequence of the batch; None where it is unknown.

        It holds until the next call; ``with run.domain("code"): ...`` holds inside.
        """
        before = self._domain
        self._domain = name if name is None or isinstance(name, str) else tuple(name)
        return _Domain(self, before)

    def batch(self, ids: Any = None, *, mask: Any = None) -> None:
        """The tokens [B, T] that ``observe`` is called for next, and their padding [B, T]; ``watch`` does this by itself."""
        self._recorder.batch(batch_of((), {"input_ids": ids, "attention_mask": mask}, self._domain))

    def observe(self, path: str, **choices: Any) -> None:
        """Records what a router chose in a model that has no hooks: logits, or indices and numExperts, of all tokens.

        Args:
            path: The layer's path, for example "layers.2.moe".
            choices: ``logits`` or ``probabilities`` [..., E] with ``k``, or ``indices`` [..., K] with ``num_experts``;
                ``weights`` and ``dropped`` [..., K]; ``router``, its kind. PyTorch's tensors, arrays, or nested lists.

        Raises:
            SwitchyardError: Where something is missing or its shape does not fit.
        """
        self._record(checked(chosen(path, **choices)))
        self._update()

    def payload(self) -> dict[str, Any]:
        """What the panel draws, as it is now: at most 64 kB, by the schema of switchyard.v1."""
        return routing_payload(self._state, _known(self._recorder, self._probe))

    def to_svg(self) -> str:
        """A still picture of the loads."""
        return picture(self.payload()) or ""

    # The run's life.

    def __enter__(self) -> "Run":
        if self._live is not None:
            fail("watch", "a run is entered once", self._state.status)
        self._live = LiveDisplay(self._next_payload, notebook_display() if self._display else None, self._output)
        try:
            if self._display:
                self._control.open()
            self._start()
            self._live.update()
            if self._folder is not None:
                self._file = RunFile(self._folder, self._state)
                self._file.update(self.payload)
            self._meter.begin()
        except BaseException:
            self._stop()
            self._control.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if kind is None:
            self._probe.refresh(self._state.step)
        self._stop()
        if kind is None:
            self._state.status = "finished"
        else:
            stopped = issubclass(kind, (Stopped, KeyboardInterrupt, SystemExit, GeneratorExit))
            self._state.status = "stopped" if stopped else "failed"
            self._state.problem = "" if stopped else f"{kind.__name__}: {error}".removesuffix(": ")
        self._live.finish()
        if self._file is not None:
            self._file.write(self.payload())
        self._control.end()
        return isinstance(error, Stopped) and error.control is self._control

    def _start(self) -> None:
        """Begins to record; a run without a model waits to be told."""

    def _stop(self) -> None:
        """Ends recording."""

    def _record(self, routed: Routed) -> None:
        (self._probe.record if self._probe.passing else self._recorder.observe)(routed)

    def _end_step(self, number: int | None, scalars: Mapping[str, float]) -> None:
        step = max(1, self._recorder.last_step + 1) if number is None else number
        measured = {**scalars, **self._meter.step()}
        self._recorder.step(step, measured)
        self._state.step = self._recorder.last_step
        self._update()
        if self._file is not None:
            self._file.step(step, measured)
            self._file.update(self.payload)
        self._meter.begin()

    def _hold(self) -> None:
        """Between two steps of a run that is shown: waits, or ends the run, where a reader has asked for it."""
        if self._live is not None and self._state.status == "running":
            # Not inside of a step: a text is passed through the model.
            self._between = True
            try:
                if self._probe.text is not None:
                    self._live.update()
                    self._control.attend()
                self._control.hold(self._live.catch_up)
            finally:
                self._between = False
                self._meter.begin()

    def _update(self) -> None:
        # With a text a payload is made between steps only.
        if self._live is not None and self._state.status == "running" and self._probe.text is None:
            self._live.update()
            self._control.attend()

    def _next_payload(self) -> dict[str, Any]:
        if self._between:
            self._refresh_probe()
        self._state.seq += 1
        return self.payload()

    def _refresh_probe(self) -> None:
        text = self._probe.text
        self._probe.refresh(self._state.step)
        if self._probe.text != text:
            self._control.tell()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        payload = self.payload()
        return bundle_of(payload, picture(payload))

    def __repr__(self) -> str:
        return payload_text(self.payload())


class _Domain:
    """Gives a run its domain back at the end of a ``with``."""

    def __init__(self, run: Run, before: Domain) -> None:
        self._run = run
        self._before = before

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: Any) -> None:
        self._run._domain = self._before


def _known(recorder: Recorder, probe: Probe, layer: str | None = None) -> dict[str, Any]:
    """What is recorded, with the tables of this layer, and with a reader's text in the place of the run's tokens."""
    data = recorder.data(layer)
    probed = probe.read([(layer.path, layer.k) for layer in recorder.layers], data["domains"])
    return data if probed is None else {**data, "tokens": probed}


def _number(value: Any) -> float:
    """A number, or a tensor of one as a number."""
    return float(value.item() if hasattr(value, "item") else value)
