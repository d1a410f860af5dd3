"""One output of a cell that follows a run."""

import uuid
from dataclasses import dataclass
from typing import Any, Callable

from .bundle import bundle_of, picture
from .notebook import notebook_shell
from .pace import Pace

#: At most four updates a second reach the document.
UPDATE_SECONDS = 0.25
#: The picture is for readers without the extension; it is drawn less often.
PICTURE_SECONDS = 1.0

#: Shows a bundle under a display id; the last argument says whether it takes the place of one before.
Write = Callable[[dict[str, Any], str, bool], None]


@dataclass
class Output:
    """What an output shows by MIME type; None before it shows something."""

    bundle: dict[str, Any] | None = None


class LiveDisplay:
    """One display id, at most four updates a second, the last one always. Outside a notebook it does nothing."""

    def __init__(self, build: Callable[[], dict[str, Any]], write: Write | None, output: Output | None = None) -> None:
        self._build = build
        self._output = output or Output()
        self._write = write
        self._display_id = str(uuid.uuid4())
        self._updates = Pace(UPDATE_SECONDS)
        self._pictures = Pace(PICTURE_SECONDS)
        self._svg: str | None = None
        self._shown = False

    def update(self) -> None:
        """Shows the run as it is where an update is due."""
        if self._write is not None and self._updates.due:
            self._show(last=False)

    def catch_up(self) -> None:
        """Shows the run as it is, due or not: nothing will happen for a while."""
        if self._write is not None:
            self._show(last=False)

    def finish(self) -> None:
        """Shows the last state, whenever the one before was."""
        if self._write is not None:
            self._show(last=True)

    def _show(self, last: bool) -> None:
        payload = self._updates.run(self._build)
        if last or (self._shown and self._pictures.due):
            self._svg = self._pictures.run(lambda: picture(payload))
        self._output.bundle = bundle_of(payload, self._svg)
        self._write(self._output.bundle, self._display_id, self._shown)
        self._shown = True


def notebook_display() -> Write | None:
    """How the running notebook shows an output; None where there is none, as in a script or a terminal."""
    shell = notebook_shell()
    if shell is None:
        return None

    def write(bundle: dict[str, Any], display_id: str, update: bool) -> None:
        shell.display_pub.publish(data=bundle, metadata={}, transient={"display_id": display_id}, update=update)

    return write
