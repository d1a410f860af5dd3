"""What an output has no room for: one layer's tables, counted from when a reader asks for it, and told to this reader alone."""

import gc
import random
import threading
import weakref
from types import SimpleNamespace

import jupyterlab_switchyard as switchyard
import pytest
from jupyterlab_switchyard.recording import recorder as recording
from jupyterlab_switchyard.showing import pace
from jupyterlab_switchyard.watching import control
from jupyterlab_switchyard.watching.details import Details
from recording.kernel_lib import read_by_kernel_lib
from recording.standin import Model

MAX_DETAILED_BYTES = 2 * 1024 * 1024
L, E, K, T, WINDOW = 8, 64, 4, 24, 2
WORDS = ["the", " for", "12", "\n", "->", "a1", "The"]


def path_of(layer):
    return f"layers.{layer}"


def steps_of(count, seed=0):
    """Tokens, padding, and what every layer chose, of each step."""
    draw = random.Random(seed)
    for _ in range(count):
        chosen = [[draw.sample(range(E), K) for _ in range(T)] for _ in range(L)]
        yield [draw.randrange(len(WORDS)) for _ in range(T)], [draw.random() < 0.8 for _ in range(T)], chosen


def recorded(steps, array, asked=None):
    """A run of these steps, and its payloads after each; ``asked``: the layers that are asked for, by step."""
    run = switchyard.record(tokenizer=WORDS.__getitem__, window=WINDOW)
    payloads = []
    for step, (tokens, mask, chosen) in enumerate(steps):
        run.batch(array([tokens]), mask=array([mask]))
        for layer, indices in enumerate(chosen):
            run.observe(path_of(layer), indices=array(indices), num_experts=E)
        run.step()
        if asked and step in asked:
            run._recorder.ask(path_of(asked[step]))
        payloads.append(run._recorder.data())
    return run, payloads


def tables_of(data, layer):
    names = ("coActivation", "transitions", "topTokens", "classLoad")
    return {name: data["layers"][layer].get(name) for name in names}


def test_what_is_asked_for_is_what_was_chosen(array):
    steps = list(steps_of(9))
    run, payloads = recorded(steps, array, asked={3: 4})
    data = run._recorder.data(path_of(4))
    # The window that was full, and the step after it.
    latest = [(mask[t], [rows[t] for rows in chosen]) for _, mask, chosen in steps[6:] for t in range(T)]
    tokens = [chosen for real, chosen in latest if real]
    for i in range(E):
        sent = [chosen[4] for chosen in tokens if i in chosen[4]]
        shares = [sum(j in row for row in sent) / len(sent) if sent else None for j in range(E)]
        assert data["layers"][4]["coActivation"][i] == shares
    for layer in (4, 5, 6):
        for i in range(E):
            there = [chosen[layer + 1][0] for chosen in tokens if chosen[layer][0] == i]
            shares = [there.count(j) / len(there) if there else 0 for j in range(E)]
            assert data["layers"][layer]["transitions"][i] == shares
    # There is room for those of the first four layers, and for what no layer's experts are sent.
    plain = payloads[-1]["layers"]
    assert [i for i in range(L) if plain[i]["coActivation"]] == [i for i in range(L) if "transitions" in plain[i]] == [0, 1, 2, 3]
    assert not any("topTokens" in layer for layer in plain)
    assert [i for i in range(L) if "topTokens" in data["layers"][i]] == [4]
    assert data["tokenClasses"] == ["letter", "keyword", "digit", "space", "punctuation", "other"]


def test_after_the_window_it_is_as_if_always_counted(array, monkeypatch):
    steps = list(steps_of(9))
    run, _ = recorded(steps, array, asked={3: 4})
    with monkeypatch.context() as patch:
        for limit in ("MAX_PAIRS", "MAX_SENT_EXPERTS"):
            patch.setattr(recording, limit, 10**9)
        always, payloads = recorded(steps, array)
    tables = tables_of(payloads[-1], 4)
    assert None not in tables.values() and tables["topTokens"][0]
    assert tables_of(run._recorder.data(path_of(4)), 4) == tables


def test_nothing_else_changes_by_asking(array, unmeasured):
    steps = list(steps_of(9))
    _, plain = recorded(steps, array)
    run, asked = recorded(steps, array, asked={0: 4, 1: 0, 4: 6, 6: 6, 7: 7})
    assert asked == plain
    # What was counted of another layer is given up.
    assert set(tables_of(run._recorder.data(path_of(6)), 6).values()) == {None}
    last = tables_of(run._recorder.data(path_of(7)), 7)
    assert last["coActivation"] and last["topTokens"] and last["transitions"] is None


def test_a_layer_counts_once_a_whole_pass_has_gone_by(array):
    run, _ = recorded(list(steps_of(1)), array)
    ask = run._recorder.ask
    assert ask("nowhere") and not ask(path_of(2))
    rows = [[0, 1, 2, 3]] * T
    run.batch(array([[0] * T]))
    for layer in range(L):
        run.observe(path_of(layer), indices=array(rows), num_experts=E)
        assert not ask(path_of(2))
    run.step()
    assert ask(path_of(2)) and not ask(path_of(3))


def test_a_layer_that_changes_its_shape_is_counted_anew(array):
    run, _ = recorded(list(steps_of(2)), array, asked={0: 4})
    run.observe(path_of(4), indices=array([[0, 1, 2, 3, 4]] * T), num_experts=E)
    pairs = run._recorder.data(path_of(4))["layers"][4]["coActivation"]
    assert pairs[0][:6] == [1, 1, 1, 1, 1, 0] and pairs[5] == [None] * E


def test_so_many_experts_have_no_pairs(array):
    run = switchyard.record(tokenizer=str)
    for _ in range(2):
        run.batch(array([[1, 2]]))
        for layer in range(2):
            run.observe(path_of(layer), indices=array([[0, 1], [1, 2]]), num_experts=257)
        run.step()
        run._recorder.ask(path_of(0))
    tables = tables_of(run._recorder.data(path_of(0)), 0)
    assert tables["coActivation"] is None and tables["transitions"] is None
    assert tables["topTokens"][1] == [{"text": "1", "share": 0.5}, {"text": "2", "share": 0.5}]


@pytest.mark.parametrize("layers", [16, 48])
def test_details_have_one_layers_tables_and_all_histories(layers, valid):
    draw = random.Random(0)
    experts = 64 if layers == 16 else 128
    run = switchyard.record(tokenizer=WORDS.__getitem__, title="large")
    for step in range(5):
        run.domain(f"domain {step % 3}")
        run.batch([[draw.randrange(len(WORDS)) for _ in range(64)]])
        for layer in range(layers):
            run.observe(path_of(layer), indices=[draw.sample(range(experts), 8) for _ in range(64)], num_experts=experts)
        run.step(loss=step)
        run._recorder.ask(path_of(9))
    wanted = run._control._details._build(path_of(9))
    read_by_kernel_lib({"type": "details", "layer": path_of(9), "payload": wanted}, reader="parseControlDetails")
    output, data = valid(run.payload())["data"], valid(wanted, MAX_DETAILED_BYTES)["data"]
    assert [layer["path"] for layer in data["layers"]] == [layer["path"] for layer in output["layers"]]

    def having(has):
        return [i for i, layer in enumerate(data["layers"]) if has(layer)]

    assert having(lambda layer: layer["coActivation"]) == [9]
    assert having(lambda layer: layer["domainLoad"]) == [9]
    assert having(lambda layer: "topTokens" in layer) == having(lambda layer: "classLoad" in layer) == [9]
    assert having(lambda layer: "transitions" in layer) == [9, 10, 11]
    assert len(data["tokens"]["text"]) == 64 and len(data["tokens"]["weights"][0]) == 64
    assert len(data["history"]["steps"]) == len(data["history"]["loadSteps"]) == 5
    # Of a layer that is not there are those of none.
    assert [layer["coActivation"] for layer in run._control._details._build("nowhere")["data"]["layers"]] == [None] * layers


def test_details_have_the_layers_that_the_output_has(valid):
    run = switchyard.record()
    for layer in range(40):
        run.observe(path_of(layer), indices=[[0, 1], [2, layer]], num_experts=512)
    output, details = valid(run.payload()), valid(run._control._details._build(path_of(0)), MAX_DETAILED_BYTES)
    paths = [[layer["path"] for layer in payload["data"]["layers"]] for payload in (output, details)]
    assert paths[0] == paths[1] and details["data"]["omittedLayers"] == 40 - len(paths[0]) > 0


class Clock:
    """Answers of one panel that asks again as soon as it is answered, in a run that does nothing else for some seconds."""

    def __init__(self, monkeypatch, cost=0.0, counted=lambda: True):
        self.now, self.cost, self.answers = 0.0, cost, []
        monkeypatch.setattr(pace.time, "monotonic", lambda: self.now)
        self.details = Details(lambda layer: counted(), self.build, lambda panel, message: self.answers.append(self.now))

    def build(self, layer):
        self.now += self.cost
        return {}

    def run(self, seconds, again=True):
        end = self.now + seconds
        while self.now < end:
            before = len(self.answers)
            self.details.attend()
            self.now += 0.001
            if again and len(self.answers) > before:
                self.details.ask("panel", "a")


@pytest.mark.parametrize(("cost", "answers"), [(0.0, 20), (0.02, 10), (0.1, 2)])
def test_answers_keep_their_distance_and_their_share(cost, answers, monkeypatch):
    """Ten seconds: one that costs 20 ms comes every second, 2 % of the time."""
    clock = Clock(monkeypatch, cost)
    clock.details.ask("panel", "a")
    clock.run(10)
    assert len(clock.answers) == answers
    # When the run is over they come at once.
    clock.details.end()
    for _ in range(3):
        clock.details.ask("panel", "a")
    assert len(clock.answers) == answers + 4


def test_what_is_not_counted_yet_is_waited_for_and_told_later(monkeypatch):
    counted = []
    clock = Clock(monkeypatch, counted=lambda: bool(counted))
    clock.details.ask("panel", "a")
    clock.run(0.9, again=False)
    assert clock.answers == []
    clock.run(9, again=False)
    assert clock.answers == [pytest.approx(1, abs=0.01)]
    counted.append(True)
    clock.run(10, again=False)
    assert clock.answers[1:] == [pytest.approx(9.9, abs=0.01)]
    # Who is gone is not answered.
    clock.details.ask("panel", "a")
    clock.details.forget("panel")
    clock.run(10, again=False)
    assert len(clock.answers) == 2


class Panel:
    """A comm as ipykernel makes it."""

    def __init__(self):
        self.heard, self.closed = [], False

    def on_msg(self, hear):
        self._hear = hear

    def on_close(self, close):
        self._close = close

    def send(self, data):
        self.heard.append(data)

    def close(self):
        self.closed = True

    def leave(self):
        """The panel closes."""
        self._close({})

    def ask(self, kind, **content):
        """The messages that came since, by their types."""
        before = len(self.heard)
        self._hear({"content": {"data": {"type": kind, **content}}})
        return [message["type"] for message in self.heard[before:]]


@pytest.fixture
def opened(monkeypatch):
    """Opens a panel on a run, in a notebook that is none."""
    targets = {}
    kernel = SimpleNamespace(comm_manager=SimpleNamespace(register_target=targets.__setitem__))
    monkeypatch.setattr(control, "notebook_shell", lambda: SimpleNamespace(kernel=kernel))
    monkeypatch.setattr(control, "_controls", {})
    monkeypatch.setattr(control, "_ended", [])

    def open_panel(run_id):
        panel = Panel()
        targets[control.TARGET](panel, {"content": {"data": {"runId": run_id}}})
        return panel

    return open_panel


def test_questions_of_a_run_that_ends_are_answered(opened):
    model = Model(layers=3).train()
    with switchyard.watch(model) as run:
        panel, other = opened(run._state.run_id), opened(run._state.run_id)
        model([[1, 2, 3]])
        run.step()
        assert panel.ask("details", layer="layers.1") == []
    assert [message["type"] for message in panel.heard] == ["status", "status", "details"]
    assert [message["type"] for message in other.heard] == ["status", "status"]
    assert panel.heard[-1]["payload"]["source"]["status"] == "finished"
    # It tells on, and is not led any more.
    assert panel.ask("details", layer="layers.2") == ["details"]
    assert panel.ask("stop") == panel.ask("nonsense") == panel.ask("details", layer=7) == ["status"]
    assert panel.heard[-1]["state"] == "finished" and not run.stopped and not panel.closed


def test_nothing_is_made_for_a_panel_that_is_gone(opened):
    with switchyard.watch(Model().train()) as run:
        panel = opened(run._state.run_id)
        panel.ask("details", layer="layers.1")
        assert list(run._control._details._questions) == [panel]
        panel.leave()
        assert run._control._details._questions == {}
    assert [message["type"] for message in panel.heard] == ["status"]


def test_readers_of_a_text_are_answered(opened):
    model = Model().train()
    with switchyard.watch(model, probe=lambda text: model([[1, 2]])) as run:
        panel = opened(run._state.run_id)
        panel.ask("probe", text="a text")
        panel.ask("details", layer="layers.1")
        for _ in range(3):
            model([[1, 2, 3]])
            run.step()
        assert [message["layer"] for message in panel.heard if message["type"] == "details"] == ["layers.1"]


def test_what_was_counted_is_told_after_the_run(opened):
    model = Model(layers=7, num_experts=64).train()
    with switchyard.watch(model) as run:
        panel = opened(run._state.run_id)
        for _ in range(3):
            model([[1, 2, 3]])
            run.step()
            panel.ask("details", layer="layers.5")
    for layer, known in ((6, False), (5, True)):
        panel.ask("details", layer=path_of(layer))
        layers = panel.heard[-1]["payload"]["data"]["layers"]
        assert (layers[layer]["coActivation"] is not None) == known


def test_the_last_two_runs_are_kept_and_their_models_are_not(opened):
    panels, models = [], []
    with switchyard.watch(Model().train()) as outer:
        panels.append(opened(outer._state.run_id))
        for _ in range(3):
            model = Model().train()
            models.append(weakref.ref(model))
            with switchyard.watch(model) as run:
                model([[1]])
                panels.append(opened(run._state.run_id))
        del run, model
    gc.collect()
    assert [reference() for reference in models] == [None] * 3
    # The outer one began first, and ended last.
    assert [panel.closed for panel in panels] == [False, True, True, False]
    assert opened(outer._state.run_id).closed is False


def test_readers_on_other_threads_read_nothing_half_done():
    run = switchyard.record(window=1000)
    stop, problems = threading.Event(), []

    def read():
        while not stop.is_set():
            try:
                layers = run._recorder.data()["layers"]
                # Each pass sends as many tokens to one half of the experts as to the other.
                if any(sum(layer["load"][:2]) != 0.5 for layer in layers):
                    problems.append(layers)
            except RuntimeError as error:
                problems.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for step in range(300):
        run.observe(path_of(step), indices=[[0], [1], [2], [3]], num_experts=4)
        if step % 7 == 0:
            run.step()
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
