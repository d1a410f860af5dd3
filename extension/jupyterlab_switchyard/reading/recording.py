"""Routing read from elsewhere, which shows itself."""

from typing import Any, Callable, Iterable

from ..recording.errors import expect_sample
from ..recording.payload import RunState, routing_payload
from ..recording.recorder import Recorder
from ..recording.routed import Batch, Routed
from ..showing.bundle import bundle_of, picture
from ..showing.text import payload_text


class Recording:
    """What a reader returns: as a cell's last expression it shows the panels; ``payload()`` has the numbers."""

    def __init__(self, payload: dict[str, Any]) -> None:
        self._payload = payload

    def payload(self) -> dict[str, Any]:
        """What the panel draws: at most 64 kB, by the schema of switchyard.v1."""
        return self._payload

    def to_svg(self) -> str:
        """A still picture of the loads."""
        return picture(self._payload) or ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle_of(self._payload, picture(self._payload))

    def __repr__(self) -> str:
        return payload_text(self._payload)


def recording_of(
    passes: Iterable[tuple[Batch, Iterable[Routed]]],
    *,
    where: str,
    title: str,
    token_sample: int | None,
    text_of: Callable[[Any], str] | None = None,
) -> Recording:
    """Everything read as one finished run without steps."""
    recorder = Recorder(token_sample=expect_sample(where, token_sample), text_of=text_of)
    for batch, layers in passes:
        recorder.batch(batch)
        for routed in layers:
            recorder.observe(routed)
    state = RunState(title=title, status="finished")
    return Recording(routing_payload(state, recorder.data()))
