"""What a page sends over a comm is anything: it raises nothing in the run, and what is answered can be sent."""

import random

import pytest
from jupyter_client.session import json_packer
from jupyterlab_switchyard.showing.live import Output
from jupyterlab_switchyard.watching import control as controls
from jupyterlab_switchyard.watching.control import Control
from jupyterlab_switchyard.watching.probe import Probe

HALF = "\ud800"
TEXTS = ["", "x", "a" * 5000, HALF, f"a{HALF}b", "\udfff\ud800", "\0", "\U0001f600", "layers.0", "run", "details", "probe", "pause", "stop"]
OTHERS = [None, True, 0, -1, 1e308, [], [[]], {}, {"x": []}, ["run"], {"runId": "run"}]
KEYS = ["runId", "type", "layer", "text", "data", HALF]


class FakePanel:
    """The kernel's end of a comm; what is sent goes through Jupyter's own JSON."""

    def __init__(self):
        self.sent, self.closed = [], False

    def on_msg(self, callback):
        self.hear = callback

    def on_close(self, callback):
        self.leave = callback

    def send(self, data):
        json_packer(data)
        self.sent.append(data)

    def close(self):
        self.closed = True


@pytest.fixture
def control(monkeypatch):
    monkeypatch.setattr(controls, "_controls", {})
    probe = Probe(None)
    probe.through(None, lambda text: None)
    details = {"count": lambda layer: True, "details": lambda layer: {"layer": layer}, "num_experts": lambda layer: 4}
    made = Control("run", lambda: ("running", 3), probe, output=Output(), **details)
    controls._controls["run"] = made
    return made


@pytest.mark.parametrize("data", [*OTHERS, *TEXTS, *({"runId": value} for value in [*OTHERS, HALF, "other"])])
def test_a_comm_that_names_no_run_is_closed(control, data):
    panel = FakePanel()
    controls._opened(panel, {"content": {} if data is None else {"data": data}})
    assert panel.closed == (data != {"runId": "run"})


def test_half_a_character_is_no_text_and_no_layer(control):
    panel = FakePanel()
    controls._opened(panel, {"content": {"data": {"runId": "run"}}})
    panel.hear({"content": {"data": {"type": "probe", "text": f"a{HALF}"}}})
    assert panel.sent[-1]["problem"] == "a text to route must have 1 to 4096 characters"
    panel.hear({"content": {"data": {"type": "details", "layer": HALF}}})
    control.end()
    assert [message for message in panel.sent if message["type"] == "details"] == []


def test_random_requests_raise_nothing_and_get_answers_that_can_be_sent(control):
    draw = random.Random(3)
    panel = FakePanel()
    controls._opened(panel, {"content": {"data": {"runId": "run"}}})
    answered = 0
    for _ in range(3000):
        value = {draw.choice(KEYS): draw.choice([*TEXTS, *OTHERS]) for _ in range(draw.randrange(5))}
        data = draw.choice([value, value, value, draw.choice([*TEXTS, *OTHERS])])
        panel.hear({"content": draw.choice([{"data": data}] * 9 + [{}])})
        control.attend()
        answered += len(panel.sent)
        panel.sent.clear()
    assert answered > 1000
