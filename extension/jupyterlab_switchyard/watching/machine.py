"""What steps cost this machine."""

import os
import time
from pathlib import Path

from ..recording.limits import OF_THE_MACHINE


class MachineMeter:
    """Steps a second, without the waits between steps, and the memory of the process."""

    def __init__(self) -> None:
        self._begun: float | None = None

    def begin(self) -> None:
        """A step begins."""
        self._begun = time.perf_counter()

    def step(self) -> dict[str, float]:
        """Scalars of the step that ends, by name; the memory where the system says it."""
        measured: dict[str, float] = {}
        if self._begun is not None and (seconds := time.perf_counter() - self._begun) > 0:
            measured["steps per second"] = 1 / seconds
        if (memory := resident_bytes()) is not None:
            measured["memory [MB]"] = memory / 1e6
        return {OF_THE_MACHINE + name: value for name, value in measured.items()}


def resident_bytes() -> int | None:
    """Memory that the process holds; None where there is no /proc."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if pages.exists() else None
