"""How often a run is held up for those who watch it."""

import pytest
from jupyterlab_switchyard.showing import pace as module
from jupyterlab_switchyard.showing.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def period(pace: Pace, clock: Clock, cost: float) -> float:
    """Does something of so many seconds; from its start to when it may be done again."""
    started = clock.now

    def action() -> None:
        clock.now += cost

    pace.run(action)
    while not pace.due:
        clock.now += 1e-3
    return clock.now - started


def test_what_is_cheap_waits_for_the_interval_what_is_dear_for_its_share(clock: Clock) -> None:
    found = [period(Pace(0.25), clock, cost) for cost in (0.001, 0.005, 0.05)]
    assert found == pytest.approx([0.25, 0.25, 2.5], abs=2e-3)


def test_one_time_that_something_else_lengthened_holds_nothing_up_four_are_what_it_costs(clock: Clock) -> None:
    pace = Pace(0.25)
    found = [period(pace, clock, cost) for cost in (0.002, 0.09, 0.08, 0.1, 0.09)]
    assert found == pytest.approx([0.25, 0.25, 0.25, 0.25, 4.0], abs=2e-3)
