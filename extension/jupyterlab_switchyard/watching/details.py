"""Answers panels that ask for more than an output holds: see kernel-lib's ``protocol/control.ts``."""

import threading
import time
from dataclasses import dataclass
from typing import Any, Callable

from ..showing.pace import Pace

#: From one answer to the next.
INTERVAL_SECONDS = 0.5
#: A reader is answered without what is not counted yet after this time, and again with it.
PATIENCE_SECONDS = 1.0


@dataclass
class _Question:
    layer: str
    asked: float
    #: Answered without what was not counted yet.
    told: bool = False


class Details:
    """Questions of the panels of one run, answered one after the other.

    While the run is under way the thread that records it counts and answers, where it calls ``attend``, so that nothing is read
    half done, and for no more than a fiftieth of its time. When it is over each question is answered at once where it is heard.
    """

    def __init__(
        self,
        count: Callable[[str], bool],
        build: Callable[[str], dict[str, Any]],
        send: Callable[[Any, dict[str, Any]], None],
    ) -> None:
        """
        Args:
            count: Counts the layer of this path from now on; says whether it has been counted in a whole pass.
            build: What is known, with the tables of the layer of this path.
            send: Sends a message to a panel.
        """
        self._count = count
        self._build = build
        self._send = send
        self._pace = Pace(INTERVAL_SECONDS)
        self._lock = threading.Lock()
        #: By panel, the oldest first.
        self._questions: dict[Any, _Question] = {}
        self._over = False

    def ask(self, panel: Any, layer: str) -> None:
        """A panel asks for the tables of a layer, in place of what it asked for before."""
        with self._lock:
            self._questions.pop(panel, None)
            if not self._over:
                self._questions[panel] = _Question(layer, time.monotonic())
                return
        self._answer(panel, layer)

    def forget(self, panel: Any) -> None:
        """The panel is gone."""
        with self._lock:
            self._questions.pop(panel, None)

    def attend(self) -> None:
        """Takes up what was asked, and answers what is due."""
        if not self._questions:
            return
        with self._lock:
            questions = list(self._questions.items())
        for place, (panel, question) in enumerate(questions):
            # One layer is counted at a time.
            counted = place == 0 and self._count(question.layer)
            late = not question.told and time.monotonic() - question.asked >= PATIENCE_SECONDS
            if (counted or late) and self._pace.due:
                self._pace.run(lambda: self._answer(panel, question.layer))
                self._answered(panel, question, counted)

    def end(self) -> None:
        """The run is over: nothing more will be counted."""
        with self._lock:
            self._over = True
            questions, self._questions = self._questions, {}
        for panel, question in questions.items():
            self._answer(panel, question.layer)

    def _answered(self, panel: Any, question: _Question, counted: bool) -> None:
        question.told = True
        with self._lock:
            if counted and self._questions.get(panel) is question:
                del self._questions[panel]

    def _answer(self, panel: Any, layer: str) -> None:
        self._send(panel, {"type": "details", "layer": layer, "payload": self._build(layer)})
