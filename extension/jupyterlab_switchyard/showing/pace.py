"""How often a run is held up for those who watch it."""

import time
from collections import deque
from typing import Any, Callable

#: Part of the run's time that payloads, pictures, and answers to panels may each take.
MAX_SHARE = 0.02
#: It is taken to cost the least of the latest so many times: what else runs on the machine lengthens it, and nothing shortens it.
LATEST = 4


class Pace:
    """Says when something may be done again: not sooner than ``interval``, and not for more than ``MAX_SHARE`` of the time."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._next = float("-inf")
        self._costs: deque[float] = deque(maxlen=LATEST)

    @property
    def due(self) -> bool:
        return time.monotonic() >= self._next

    def run(self, action: Callable[[], Any]) -> Any:
        """Does it, and counts its cost."""
        started = time.monotonic()
        try:
            return action()
        finally:
            self._costs.append(time.monotonic() - started)
            self._next = started + max(self._interval, min(self._costs) / MAX_SHARE)
