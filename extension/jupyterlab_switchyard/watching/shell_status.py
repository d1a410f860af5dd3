"""What the notebook's kernel says of itself while a cell runs and comms are heard beside it."""

import threading
from typing import Any

#: Seconds after a comm was heard, by which its thread has said that it is idle.
DELAY = 0.1


class ShellStatus:
    """Says "busy" for the cell again after the thread that hears comms has said "idle" for the message that it heard.

    Clients know one state of a kernel, the last that they were told: without this they show an idle kernel while a cell runs.
    """

    def __init__(self) -> None:
        self._kernel: Any = None
        self._request: Any = None
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def follow(self, kernel: Any) -> None:
        """Speaks for the cell that runs now, until ``end``."""
        self._kernel = kernel
        self._request = _request(kernel)

    def say_busy(self) -> None:
        """To be called where a comm is heard."""
        with self._lock:
            if self._kernel is not None and self._timer is None:
                self._timer = threading.Timer(DELAY, self._say)
                self._timer.daemon = True
                self._timer.start()

    def end(self) -> None:
        """What the cell does from now on is no run's: nothing may be said after it has ended."""
        with self._lock:
            self._kernel = None
            if self._timer is not None:
                self._timer.cancel()

    def _say(self) -> None:
        with self._lock:
            self._timer = None
            kernel = self._kernel
            if kernel is not None and self._request:
                content = {"execution_state": "busy"}
                topic = f"kernel.{kernel.ident}.status".encode()
                kernel.session.send(kernel.iopub_socket, "status", content, parent=self._request, ident=topic)


def running_cell(kernel: Any) -> str | None:
    """The notebook's id of the cell that runs; None where the client sends none."""
    cell = (_request(kernel).get("metadata") or {}).get("cellId")
    return cell if isinstance(cell, str) else None


def _request(kernel: Any) -> dict[str, Any]:
    """The request that the kernel's shell works on."""
    parent = getattr(kernel, "get_parent", None)
    return (parent("shell") if parent is not None else None) or {}
