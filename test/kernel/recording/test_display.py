"""One output in a real Python kernel: how often it is updated, and how it ends."""

import os
import sys
import time

import jupyterlab_switchyard as switchyard
import pytest
from client import started
from jupyterlab_switchyard.showing import live, pace

pytestmark = pytest.mark.alone
from spec import ROOT

MIME = "application/vnd.switchyard.v1+json"
SETUP = """
import sys, time
sys.path[:0] = [{extension!r}, {here!r}]
import jupyterlab_switchyard as switchyard
from standin import Model
model = Model().train()
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    with started("python3", tmp_path_factory.mktemp("python")) as kernel:
        kernel.ok(SETUP.format(extension=str(ROOT / "extension"), here=os.path.dirname(__file__)))
        yield kernel


def shown(outcome):
    """The display messages of a cell, the first and its updates."""
    found = [m for m in outcome.messages if m["msg_type"] in ("display_data", "update_display_data")]
    assert [m["msg_type"] for m in found] == ["display_data", *["update_display_data"] * (len(found) - 1)]
    assert len({m["content"]["transient"]["display_id"] for m in found}) == 1
    return [m["content"]["data"] for m in found]


def test_a_run_is_one_output_that_is_not_updated_too_often(python, valid):
    code = """
    started = time.monotonic()
    with switchyard.watch(model) as run:
        while time.monotonic() < started + 2:
            model([[1, 2, 3]])
            run.step(loss=1.0)
    print(time.monotonic() - started)
    """
    outcome = python.ok("if True:" + code)
    bundles = shown(outcome)
    seconds = float(outcome.text())
    # The first at once, at most four a second after it, and the last.
    assert 3 <= len(bundles) <= seconds * 4 + 2
    payloads = [valid(bundle[MIME]) for bundle in bundles]
    assert [payload["seq"] for payload in payloads] == list(range(1, len(payloads) + 1))
    assert {payload["source"]["status"] for payload in payloads[:-1]} == {"running"}
    assert payloads[-1]["source"]["status"] == "finished"
    assert payloads[-1]["source"]["step"] == payloads[-1]["data"]["history"]["steps"][-1]
    assert "image/svg+xml" in bundles[-1] and "finished" in bundles[-1]["text/plain"]
    # What is shown last is what the run has.
    assert "True" in python.ok(f"run.payload()['data'] == {payloads[-1]['data']!r}").result


@pytest.mark.parametrize(("cost", "updates"), [(0.0, 40), (0.01, 20)])
def test_updates_keep_their_distance_and_their_share(cost, updates, monkeypatch):
    """Ten seconds in which an update could come every millisecond; one that costs 10 ms comes every 500 ms: 2 % of the time."""
    now = 0.0
    monkeypatch.setattr(pace.time, "monotonic", lambda: now)
    payload = switchyard.record().payload()
    written = []

    def build():
        nonlocal now
        now += cost
        return payload

    display = live.LiveDisplay(build, lambda bundle, display_id, update: written.append(update))
    while now < 10:
        display.update()
        now += 0.001
    assert abs(len(written) - updates) <= 1
    display.finish()
    assert written[0] is False and all(written[1:])


def test_an_error_ends_the_run_and_the_cell(python, valid):
    outcome = python.run("with switchyard.watch(model) as run:\n    model([[1]])\n    raise OSError('disk')")
    assert outcome.error["ename"] == "OSError"
    assert valid(shown(outcome)[-1][MIME])["source"]["status"] == "failed"
    assert python.ok("model.hooks()").result == "0"


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are signals here")
def test_an_interrupt_stops_the_run(python, valid):
    code = "with switchyard.watch(model) as run:\n    print('ready', flush=True)\n    while True:\n        model([[1]])\n        time.sleep(0.01)"
    sent = python.client.execute(code)
    ready = python.iopub(lambda m: m["msg_type"] == "stream" and "ready" in m["content"]["text"], timeout=60)
    assert ready
    time.sleep(0.1)
    python.manager.interrupt_kernel()
    outcome = python.collect(sent)
    assert outcome.error["ename"] == "KeyboardInterrupt"
    last = [m for m in outcome.messages if m["msg_type"] == "update_display_data"][-1]
    assert valid(last["content"]["data"][MIME])["source"]["status"] == "stopped"
    assert python.ok("model.hooks()").result == "0"


def test_a_recording_shows_itself(python, valid):
    outcome = python.ok("switchyard.read_choices([[[0, 1]], [[1, 2]]], num_experts=3)")
    (result,) = outcome.contents("execute_result")
    assert valid(result["data"][MIME])["data"]["layers"][0]["load"] == [0.25, 0.5, 0.25]
    assert result["data"]["image/svg+xml"].startswith("<svg ")


def test_nothing_is_shown_unasked(python):
    outcome = python.ok("with switchyard.watch(model, display=False) as run:\n    model([[1]])")
    assert shown_none(outcome)


def shown_none(outcome):
    return not [m for m in outcome.messages if "display" in m["msg_type"]]
