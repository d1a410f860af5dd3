"""A run on disk, as the library's ``show/runFile.ts`` writes it."""

import json
import math
import os
import re
import time
import warnings
from pathlib import Path
from typing import Any, Callable, Mapping

from ..recording.errors import fail
from ..recording.payload import RunState
from ..showing.pace import Pace

#: Whether, and where, a run is saved.
Save = bool | str | os.PathLike[str]

#: Folder of runs, beside the notebook, that the sidebar lists unless a setting names another.
RUNS_FOLDER = "runs"
#: Seconds from one snapshot to the next.
INTERVAL = 5.0
#: Lines that wait at most.
MAX_LINES = 1000


def runs_folder(save: Save) -> Path | None:
    """The folder that ``save`` names, made where there is none; None for False.

    Raises:
        SwitchyardError: Where it is no name, or nothing can be written there.
    """
    if save is False or save is None:
        return None
    if save is not True and (not isinstance(save, (str, os.PathLike)) or str(save) == ""):
        fail("watch", "save must be True, False or the name of a folder", save)
    folder = Path(RUNS_FOLDER if save is True else save)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail("watch", "save must be a folder that can be written", f"{folder} ({error.strerror})")
    if not os.access(folder, os.W_OK):
        fail("watch", "save must be a folder that can be written", str(folder))
    return folder


class RunFile:
    """``NAME.run.json`` is the latest snapshot, ``NAME.steps.jsonl`` has a line for each step."""

    def __init__(self, folder: Path, state: RunState) -> None:
        words = re.sub(r"[\W_]+", "-", state.title).strip("-")[:40]
        begun = time.strftime("%Y-%m-%dT%H-%M-%S", time.gmtime())
        self._stem = str(folder.absolute() / "_".join(filter(None, [begun, words, state.run_id[:8]])))
        self._pace = Pace(INTERVAL)
        self._lines: list[str] = []
        self._broken = False

    def step(self, step: int, scalars: Mapping[str, float]) -> None:
        """A step is done."""
        finite = {name: value if math.isfinite(value) else None for name, value in scalars.items()}
        self._lines.append(json.dumps({"step": step, "time": time.time_ns() // 10**6, "scalars": finite}) + "\n")

    def update(self, snapshot: Callable[[], dict[str, Any]]) -> None:
        """The run has come so far: writes where it is time."""
        if self._pace.due:
            self._pace.run(lambda: self.write(snapshot()))
        elif len(self._lines) >= MAX_LINES:
            self._attempt(self._flush)

    def write(self, snapshot: dict[str, Any]) -> None:
        """Writes all that there is."""

        def whole() -> None:
            self._flush()
            part = Path(f"{self._stem}.run.json.part")
            part.write_text(json.dumps(snapshot))
            part.replace(f"{self._stem}.run.json")

        self._attempt(whole)

    def _flush(self) -> None:
        with open(f"{self._stem}.steps.jsonl", "a") as file:
            file.write("".join(self._lines))
        self._lines = []

    def _attempt(self, write: Callable[[], None]) -> None:
        """A full disk does not end a training: it is said once, and no more is written."""
        if self._broken:
            self._lines = []
            return
        try:
            write()
        except OSError as error:
            self._broken = True
            warnings.warn(f"the run is saved no further: {error}", stacklevel=2)
