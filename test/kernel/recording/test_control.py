"""A reader pauses, steps and stops a run while the cell of a real Python kernel is busy with it."""

import os
import signal
import sys
import time

import pytest
from client import started
from spec import ROOT

SETUP = """
import sys, time
sys.path[:0] = [{extension!r}, {here!r}]
import jupyterlab_switchyard as switchyard
from standin import Model
model = Model().train()
large = Model(layers=8, num_experts=64, k=2).train()

def read(text):
    assert not model.training
    # Whoever passes a text may do wrong.
    model([[ord(letter) for letter in text]] if text != "wrong" else [["w"], 1])

def loop(step=True, steps=400, of=model, **options):
    with switchyard.watch(of, **options) as run:
        print(run._state.run_id, flush=True)
        try:
            for _ in range(steps):
                of([[1, 2, 3]])
                if step:
                    run.step(loss=1.0)
                time.sleep(0.01)
        except Exception as error:
            print("an error was handled:", error)
    print("after", run.stopped, run.payload()["source"]["status"], run.payload()["source"]["step"])
"""


MIME = "application/vnd.switchyard.v1+json"


class Panel:
    """The end of a comm where JupyterLab is: it talks to a thread of its own in the kernel."""

    def __init__(self, kernel, run_id, comm_id):
        self.kernel, self.run_id, self.comm_id = kernel, run_id, comm_id
        created = kernel.send("create_subshell_request", {}, channel="control")
        self.subshell_id = kernel.reply(created, channel="control")["content"]["subshell_id"]
        self._send("comm_open", {"target_name": "switchyard.control", "data": self.opening()})

    def opening(self):
        return {"runId": self.run_id}

    def ask(self, kind, **content):
        self._send("comm_msg", {"data": {"type": kind, **content}})

    def hears(self, wanted):
        """The next status for which ``wanted`` holds."""

        def is_wanted(message):
            content = message["content"]
            return message["msg_type"] == "comm_msg" and content["comm_id"] == self.comm_id and wanted(content["data"])

        return self.kernel.iopub(is_wanted)["content"]["data"]

    def closed(self):
        return self.kernel.iopub(lambda m: m["msg_type"] == "comm_close" and m["content"]["comm_id"] == self.comm_id)

    def _send(self, msg_type, content):
        session = self.kernel.client.session
        message = session.msg(msg_type, {"comm_id": self.comm_id, **content})
        message["header"]["subshell_id"] = self.subshell_id
        session.send(self.kernel.client.shell_channel.socket, message)


class Page(Panel):
    """The question of a page that connects."""

    def __init__(self, kernel, comm_id):
        super().__init__(kernel, None, comm_id)

    def opening(self):
        return {"runs": True}


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    with started("python3", tmp_path_factory.mktemp("python")) as kernel:
        kernel.ok(SETUP.format(extension=str(ROOT / "extension"), here=os.path.dirname(__file__)))
        yield kernel


@pytest.fixture
def busy(python):
    """Starts a loop in a cell, and opens a panel on its run."""

    def begin(code):
        sent = python.client.execute(code)
        message = python.iopub(lambda m: m["msg_type"] == "stream" and m["parent_header"].get("msg_id") == sent)
        return sent, Panel(python, message["content"]["text"].split()[0], f"panel {sent}")

    return begin


def said_after(python, sent):
    """What the cell printed at its end, which it reached without an error."""
    outcome = python.collect(sent)
    assert outcome.status == "ok", outcome.reply["content"]
    assert "an error was handled" not in outcome.text()
    return outcome.text().split("after ")[1].split()


@pytest.mark.parametrize("step", [True, False], ids=["steps", "passes"])
def test_a_run_is_paused_stepped_resumed_and_stopped(step, python, busy):
    sent, panel = busy(f"loop(step={step})")
    status = panel.hears(lambda data: data["state"] == "running")
    assert status == {**status, "type": "status", "runId": panel.run_id, "probe": None, "problem": None}
    panel.ask("pause")
    panel.hears(lambda data: data["state"] == "paused")
    time.sleep(0.3)
    panel.ask("nonsense")
    held = panel.hears(lambda data: True)["step"]
    # Two messages may have waited: the last one says where it stands.
    time.sleep(0.3)
    panel.ask("nonsense")
    held = max(held, panel.hears(lambda data: True)["step"])
    for done in (held + 1, held + 2):
        panel.ask("step")
        assert panel.hears(lambda data: data["step"] == done)["state"] == "paused"
    time.sleep(0.3)
    panel.ask("resume")
    assert panel.hears(lambda data: data["state"] == "running")["step"] == held + 2
    panel.ask("stop")
    assert panel.hears(lambda data: data["state"] == "stopped")["step"] < 400
    stopped, status, steps = said_after(python, sent)
    assert (stopped, status) == ("True", "stopped")
    assert held + 2 <= int(steps) < 400
    assert python.ok("model.hooks()").result == "0"


def test_a_paused_run_is_stopped(python, busy):
    sent, panel = busy("loop()")
    panel.ask("pause")
    panel.hears(lambda data: data["state"] == "paused")
    panel.ask("stop")
    panel.hears(lambda data: data["state"] == "stopped")
    assert said_after(python, sent)[:2] == ["True", "stopped"]


def test_a_pause_shows_the_step_that_is_held(python, busy):
    sent, panel = busy("loop()")
    panel.ask("pause")
    panel.hears(lambda data: data["state"] == "paused")
    time.sleep(0.5)
    panel.ask("step")

    def shown(message):
        data = message["content"].get("data", {})
        return message["msg_type"] == "update_display_data" and data["application/vnd.switchyard.v1+json"]

    first = python.iopub(shown)["content"]["data"]["application/vnd.switchyard.v1+json"]
    panel.ask("step")
    second = python.iopub(lambda m: shown(m) and shown(m)["source"]["step"] > first["source"]["step"])
    assert shown(second)["source"]["status"] == "running"
    panel.ask("stop")
    said_after(python, sent)


def test_a_text_that_cannot_be_routed_is_said_to_be_so(python, busy):
    sent, panel = busy("loop()")
    panel.ask("probe", text="a text")
    status = panel.hears(lambda data: data["problem"] is not None)
    assert status["problem"] == "to route a text, this run must be watched with a HuggingFace tokenizer, or with probe="
    assert status["probe"] is None
    panel.ask("stop")
    said_after(python, sent)


@pytest.mark.parametrize("step", [True, False], ids=["steps", "passes"])
def test_a_text_is_routed_while_a_run_goes_on_and_while_it_is_held(step, python, busy):
    sent, panel = busy(f"loop(step={step}, probe=read, tokenizer=chr)")

    def shows(text):
        def wanted(message):
            data = message["content"].get("data", {})
            tokens = MIME in data and data[MIME]["data"]["tokens"]
            return tokens and "".join(tokens["text"]) == text and data[MIME]

        return wanted(python.iopub(wanted))

    panel.ask("probe", text="fox")
    assert panel.hears(lambda data: data["probe"] == "fox")["problem"] is None
    first = shows("fox")
    assert [len(rows) for rows in first["data"]["tokens"]["experts"]] == [3, 3]
    later = shows("fox")
    assert later["source"]["step"] > first["source"]["step"]
    assert [each["step"] for each in later["data"]["tokens"]["earlier"]][:1] == [first["source"]["step"]]

    panel.ask("pause")
    panel.hears(lambda data: data["state"] == "paused")
    panel.ask("probe", text="a dog")
    assert shows("a dog")["source"]["status"] == "running"
    panel.ask("probe", text="wrong")
    assert panel.hears(lambda data: data["problem"])["probe"] is None
    panel.ask("probe", text="x" * 5000)
    assert "1 to 4096" in panel.hears(lambda data: "4096" in (data["problem"] or ""))["problem"]
    panel.ask("probe", text="ox")
    shows("ox")
    panel.ask("probe", text=None)
    shows("\x01\x02\x03")
    panel.ask("stop")
    assert said_after(python, sent)[:2] == ["True", "stopped"]


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are signals here")
def test_a_paused_run_is_interrupted(python, busy):
    sent, panel = busy("loop()")
    panel.ask("pause")
    panel.hears(lambda data: data["state"] == "paused")
    time.sleep(0.3)
    python.manager.signal_kernel(signal.SIGINT)
    assert python.collect(sent).error["ename"] == "KeyboardInterrupt"


def test_the_last_two_runs_that_are_over_still_tell(python, busy):
    panels = []
    for _ in range(3):
        sent, panel = busy("loop(steps=20)")
        assert panel.hears(lambda data: data["state"] == "finished")["step"] == 20
        assert said_after(python, sent) == ["False", "finished", "20"]
        panels.append(panel)
    for panel in panels[1:]:
        panel.ask("pause")
        assert panel.hears(lambda data: True)["state"] == "finished"
        panel.ask("details", layer="layers.1")
        assert panel.hears(lambda data: data["type"] == "details")["payload"]["runId"] == panel.run_id
    Panel(python, panels[0].run_id, "late")
    assert python.iopub(lambda m: m["msg_type"] == "comm_close")["content"]["comm_id"] == "late"


def test_the_panel_that_asks_is_told_more_than_an_output_holds(python, busy):
    sent, panel = busy("loop(of=large, steps=4000)")
    other = Panel(python, panel.run_id, "other")
    other.hears(lambda data: data["state"] == "running")
    panel.ask("details", layer="layers.6")

    def is_details(message):
        return message["msg_type"] == "comm_msg" and message["content"]["data"]["type"] == "details"

    content = python.iopub(is_details)["content"]
    assert (content["comm_id"], content["data"]["layer"]) == (panel.comm_id, "layers.6")
    layers = content["data"]["payload"]["data"]["layers"]
    counted = [i for i, layer in enumerate(layers) if layer["coActivation"] is not None]
    assert counted == [6] and layers[6]["coActivation"][0][0] in (1, None)
    # While it is held nothing is counted: what there is comes first, and the rest once it goes on.
    panel.ask("pause")
    panel.hears(lambda data: data.get("state") == "paused")
    time.sleep(0.3)
    panel.ask("details", layer="layers.7")
    for known in (False, True):
        layers = panel.hears(lambda data: data["type"] == "details" and data["layer"] == "layers.7")["payload"]["data"]["layers"]
        assert (layers[7]["coActivation"] is not None) == known
        panel.ask("resume")
    panel.ask("stop")
    outcome = python.collect(sent)
    assert outcome.text().split("after ")[1].split()[1] == "stopped"
    assert [m for m in outcome.messages if is_details(m)] == []


def test_a_page_that_connects_is_told_which_runs_there_are(python, busy):
    sent, panel = busy("loop(probe=read)")
    panel.hears(lambda data: data["state"] == "running")
    page = Page(python, f"page {sent}")
    runs = page.hears(lambda data: data["type"] == "runs")
    assert runs["runIds"][-1] == panel.run_id
    run = page.hears(lambda data: data["type"] == "run" and data["data"][MIME]["runId"] == panel.run_id)
    assert (run["cellId"], run["state"]) == (None, "running")
    assert {MIME, "text/plain"} <= set(run["data"])
    page.closed()
    panel.ask("stop")
    assert said_after(python, sent)[:2] == ["True", "stopped"]


def test_a_cell_stays_busy_while_its_panel_is_heard(python, busy):
    sent, panel = busy("loop()")
    panel.hears(lambda data: data["state"] == "running")
    panel.ask("pause")
    panel.hears(lambda data: data["state"] == "paused")

    def is_of_the_cell(message):
        return message["msg_type"] == "status" and message["parent_header"].get("msg_id") == sent

    assert python.iopub(is_of_the_cell)["content"]["execution_state"] == "busy"
    panel.ask("stop")
    last = python.collect(sent).messages[-1]
    assert last["content"] == {"execution_state": "idle"}
    time.sleep(0.3)
    assert "busy" not in [m["content"].get("execution_state") for m in python.waiting() if is_of_the_cell(m)]


def test_a_run_without_a_way_to_route_a_text_says_so(python, busy):
    sent, panel = busy("loop()")
    assert "probe=" in panel.hears(lambda data: data["state"] == "running")["noProbe"]
    panel.ask("stop")
    python.collect(sent)
    sent, panel = busy("loop(probe=read)")
    assert "noProbe" not in panel.hears(lambda data: data["state"] == "running")
    panel.ask("stop")
    assert "the run is over" in panel.hears(lambda data: data["state"] == "stopped")["noProbe"]
    python.collect(sent)
