"""What readers of a panel ask of a run: see kernel-lib's ``protocol/control.ts``."""

import threading
from contextvars import Context, copy_context
from typing import Any, Callable

from ..recording.limits import MAX_TEXT
from ..showing.live import Output
from ..showing.notebook import notebook_shell
from .details import Details
from .heard import is_text
from .probe import GONE, NO_PROBE, Probe
from .shell_status import ShellStatus, running_cell

TARGET = "switchyard.control"
REQUESTS = ("pause", "resume", "step", "stop", "probe", "ablate")

#: Runs that are over and still answer: each keeps all that was recorded of it.
MAX_ENDED = 2

#: Controls of the runs that something is known of, by run.
_controls: dict[str, "Control"] = {}
#: Those of runs that are over, in the order in which they ended.
_ended: list["Control"] = []


class Stopped(BaseException):
    """A reader stopped the run: raised where a step ends, and taken by the ``with`` of the run.

    No ``Exception``, as KeyboardInterrupt is none: what handles the errors of a training loop must not go on after it.
    """

    def __init__(self, control: "Control") -> None:
        super().__init__("the run was stopped from its panel")
        self.control = control


class Control:
    """Holds one run between its steps, ends it, and tells more of it than an output holds, as panels ask over comms.

    ipykernel from 7 hears comms on a thread of their own ("subshells") while a cell runs; before, only after the cell.
    """

    def __init__(
        self,
        run_id: str,
        progress: Callable[[], tuple[str, int]],
        probe: Probe,
        *,
        count: Callable[[str], bool],
        details: Callable[[str], dict[str, Any]],
        num_experts: Callable[[str], int | None],
        output: Output,
    ) -> None:
        """
        Args:
            progress: How the run is ("running", "finished", ...), and how many steps it has done.
            output: What the notebook shows of the run.
            num_experts: Of the layer that payloads call so; None where there is none.
            count: See ``Details``, as ``details``. Neither, nor ``probe``, may hold on to a model: they are kept after the run.
        """
        self._details = Details(count, details, self._send)
        self._run_id = run_id
        self._progress = progress
        self._probe = probe
        self._num_experts = num_experts
        self._output = output
        self._shell = ShellStatus()
        self._cell_id: str | None = None
        self._changed = threading.Condition()
        self._paused = False
        #: Steps to do although it is paused.
        self._granted = 0
        #: Texts that readers asked for.
        self._asked = 0
        self.stopped = False
        #: Each panel, and the context in which it was last heard: an answer from another one would lead what the panel
        #: sends next to the thread of that one, which is busy.
        self._panels: dict[Any, Context] = {}

    def open(self) -> None:
        """Begins to hear panels, in a notebook."""
        kernel = getattr(notebook_shell(), "kernel", None)
        manager = getattr(kernel, "comm_manager", None)
        if manager is not None:
            self._cell_id = running_cell(kernel)
            self._shell.follow(kernel)
            _controls[self._run_id] = self
            manager.register_target(TARGET, _opened)

    def end(self) -> None:
        """The run is over: what was recorded of it is told until other runs are over."""
        self._shell.end()
        self.tell()
        self._details.end()
        if self._run_id in _controls:
            _ended.append(self)
        while len(_ended) > MAX_ENDED:
            _ended.pop(0).close()

    def close(self) -> None:
        """Nothing more is known of the run."""
        _controls.pop(self._run_id, None)
        for panel, context in list(self._panels.items()):
            context.copy().run(panel.close)
        self._panels.clear()

    def hold(self, held: Callable[[], None]) -> None:
        """Waits while the run is paused, after a call of ``held`` and of one for each text; raises Stopped where it is to end."""
        shown = -1
        with self._changed:
            while self._waits():
                if shown != self._asked:
                    shown = self._asked
                    held()
                    self.tell()
                # Not for ever: on Windows an interrupt is not heard before.
                self._changed.wait(0.1)
                self._details.attend()
            self._granted = max(0, self._granted - 1)
        if self.stopped:
            raise Stopped(self)

    def tell(self) -> None:
        """Tells every panel how the run is."""
        for panel in list(self._panels):
            self._send(panel, self._status())

    def attend(self) -> None:
        """Answers panels, where the thread that records has time for it."""
        self._details.attend()

    def accept(self, panel: Any) -> None:
        """A panel opened a comm."""
        panel.on_msg(lambda message: self._hear(panel, message["content"].get("data")))
        panel.on_close(lambda _: self._forget(panel))
        self._panels[panel] = copy_context()
        panel.send(self._status())
        self._shell.say_busy()

    def run(self) -> dict[str, Any] | None:
        """The run for a page that did not see it; None where it shows nothing yet."""
        data = self._output.bundle
        state = self._status()["state"]
        return None if data is None else {"type": "run", "cellId": self._cell_id, "state": state, "data": data}

    def say_busy(self) -> None:
        """Says that the cell goes on, where it does: a comm was heard."""
        self._shell.say_busy()

    def _hear(self, panel: Any, request: Any) -> None:
        self._panels[panel] = copy_context()
        self._shell.say_busy()
        kind, layer = (request.get("type"), request.get("layer")) if isinstance(request, dict) else (None, None)
        if kind == "details" and is_text(layer, MAX_TEXT):
            self._details.ask(panel, layer)
            return
        if kind in REQUESTS and self._progress()[0] == "running":
            with self._changed:
                self._obey(kind, request)
                self._changed.notify_all()
        self.tell()

    def _forget(self, panel: Any) -> None:
        self._panels.pop(panel, None)
        self._details.forget(panel)
        self._shell.say_busy()

    def _send(self, panel: Any, message: dict[str, Any]) -> None:
        context = self._panels.get(panel)
        if context is not None:
            context.copy().run(panel.send, message)

    def _obey(self, kind: str, request: dict[str, Any]) -> None:
        if kind == "probe":
            self._probe.ask(request.get("text"))
            self._asked += 1
        elif kind == "ablate":
            self._probe.ablate(request.get("ablation"), self._num_experts)
            self._asked += 1
        elif kind == "stop":
            self.stopped = True
        else:
            self._paused = kind != "resume"
            self._granted = self._granted + 1 if kind == "step" else 0

    def _waits(self) -> bool:
        return self._paused and self._granted == 0 and not self.stopped

    def _status(self) -> dict[str, Any]:
        status, step = self._progress()
        state = "paused" if status == "running" and self._paused and not self.stopped else status
        probed = {"probe": self._probe.text, "problem": self._probe.problem}
        why = NO_PROBE if status == "running" else GONE
        never = {"ablation": self._probe.ablation} if self._probe.can else {"noProbe": why}
        return {"type": "status", "runId": self._run_id, "state": state, "step": step, **probed, **never}


def _opened(panel: Any, message: dict[str, Any]) -> None:
    data = message["content"].get("data")
    data = data if isinstance(data, dict) else {}
    run_id = data.get("runId")
    control = _controls.get(run_id) if isinstance(run_id, str) else None
    if data.get("runs") is True:
        _tell_runs(panel)
    elif control is None:
        panel.close()
    else:
        control.accept(panel)


def _tell_runs(page: Any) -> None:
    """Tells a page that connects which runs there are."""
    controls = list(_controls.items())
    page.send({"type": "runs", "runIds": [run_id for run_id, _ in controls]})
    for _, control in controls:
        run = control.run()
        if run is not None:
            page.send(run)
    page.close()
    for _, control in controls:
        control.say_busy()
