"""Hooks on a model: what counts as a pass and as a step, and what is left behind."""

import subprocess
import sys
from types import SimpleNamespace

import jupyterlab_switchyard as switchyard
import pytest
from spec import ROOT
from recording.kernel_lib import read_by_kernel_lib
from recording.standin import Block, Model, Module

IDS = [[1, 2, 3, 4], [5, 6, 7, 8]]


def load_of(chosen, num_experts=8):
    counts = [sum(row.count(e) for row in chosen) for e in range(num_experts)]
    return pytest.approx([count / sum(counts) for count in counts], abs=1e-4)


def test_routers_are_found_and_recorded(valid):
    model = Model()
    with switchyard.watch(model, tokenizer=lambda token: f"<{token}>") as run:
        first = model(input_ids=IDS)
    payload = valid(run.payload())
    assert [layer["path"] for layer in payload["data"]["layers"]] == ["layers.0", "layers.1"]
    for layer, (_, _, indices) in zip(payload["data"]["layers"], first):
        assert layer["load"] == load_of(indices)
        assert (layer["k"], layer["numExperts"], layer["dropped"]) == (2, 8, 0)
    assert payload["data"]["tokens"]["text"] == ["<1>", "<2>", "<3>", "<4>"]
    assert payload["data"]["tokens"]["experts"][1] == first[1][2][:4]
    assert payload["source"]["title"] == "Model, top-k 2 of 8"
    assert payload["source"]["status"] == "finished" and payload["source"]["final"]


def test_hooks_go_whatever_happens():
    model = Model()
    with switchyard.watch(model):
        assert model.hooks() == 4
    assert model.hooks() == 0
    with pytest.raises(ZeroDivisionError), switchyard.watch(model):
        model(IDS)
        1 / 0
    assert model.hooks() == 0


@pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt, "stopped"), (SystemExit, "stopped"), (OSError, "failed")])
def test_an_exception_passes_on_and_is_told(error, status, valid):
    run = switchyard.watch(Model())
    with pytest.raises(error), run:
        raise error
    assert valid(run.payload())["source"]["status"] == status


def test_each_training_pass_is_a_step_until_the_user_says(valid):
    model = Model().train()
    with switchyard.watch(model) as run:
        chosen = [model(IDS) for _ in range(3)]
    history = valid(run.payload())["data"]["history"]
    assert history["steps"] == [1, 2, 3]
    for step in range(3):
        assert history["load"][0][step] == load_of(chosen[step][0][2])
    with switchyard.watch(model, total_steps=2) as run:
        for loss in (2.5, 1.25):
            model(IDS)
            run.step(loss=loss, validation_loss=3, scalars={"auxiliary/balance": 0.01})
        # A pass after the last step is no step.
        model(IDS)
    payload = valid(run.payload())
    assert payload["data"]["history"]["steps"] == [1, 2]
    scalars = {"loss/train": [2.5, 1.25], "loss/validation": [3, 3], "auxiliary/balance": [0.01, 0.01]}
    shown = payload["data"]["history"]["scalars"]
    assert {name: shown[name] for name in scalars} == scalars
    # Of this machine: speeds are above 0, and said in no text.
    assert set(shown) - set(scalars) == {"machine/steps per second", "machine/memory [MB]"}
    assert all(value > 0 for name in set(shown) - set(scalars) for value in shown[name])
    assert "machine/" not in repr(run) and "loss/train 1.25" in repr(run)
    assert (payload["source"]["step"], payload["source"]["totalSteps"]) == (2, 2)


def test_passes_of_one_step_are_added_up(valid):
    model = Model().train()
    with switchyard.watch(model, automatic_steps=False) as run:
        chosen = [row for _ in range(3) for row in model(IDS)[0][2]]
        run.step(10)
        with pytest.raises(switchyard.SwitchyardError, match=r"run.step: step must be an integer at least 11, got 10"):
            run.step(10)
    history = valid(run.payload())["data"]["history"]
    assert history["steps"] == [10]
    assert history["load"][0] == [load_of(chosen)]


@pytest.mark.parametrize(("evaluation", "counted"), [(None, [1]), (True, [0, 1, 2]), (False, [1])])
def test_evaluation_beside_training(evaluation, counted, valid):
    model = Model()
    with switchyard.watch(model, evaluation=evaluation) as run:
        if evaluation is None:
            passes = [None, model.train()(IDS), model.train(False)(IDS)]
        else:
            passes = [model(IDS), model.train()(IDS), model.train(False)(IDS)]
    (layer, _) = valid(run.payload())["data"]["layers"]
    assert layer["load"] == load_of([row for i in counted for row in passes[i][0][2]])


def test_a_model_that_is_only_evaluated_is_summed_up(valid):
    model = Model()
    with switchyard.watch(model) as run:
        chosen = [row for _ in range(40) for row in model(IDS)[0][2]]
    data = valid(run.payload())["data"]
    assert data["layers"][0]["load"] == load_of(chosen)
    assert data["history"]["steps"] == []


def test_what_is_recomputed_for_gradients_counts_once(valid):
    model = Model().train()
    with switchyard.watch(model) as run:
        chosen = model(IDS)
        model.layers[0]([1, 2, 3])
    assert valid(run.payload())["data"]["layers"][0]["load"] == load_of(chosen[0][2])
    # A part that is called alone, and never the model, counts.
    with switchyard.watch(model) as run:
        chosen = model.layers[0]([1, 2, 3])
    assert valid(run.payload())["data"]["layers"][0]["load"] == load_of(chosen[2])


def test_domains_of_a_run(valid):
    model = Model(layers=1)
    with switchyard.watch(model) as run:
        with run.domain("code"):
            code = model(IDS)[0][2]
        unknown = model(IDS)[0][2]
        run.domain(["prose", None])
        mixed = model(IDS)[0][2]
        with pytest.raises(switchyard.SwitchyardError, match="there must be a domain for each of the 1 sequences, got 2"):
            model(IDS[:1])
    data = valid(run.payload())["data"]
    assert data["domains"] == ["code", "prose"]
    (layer,) = data["layers"]
    assert layer["domainLoad"] == [load_of(code), load_of(mixed[:4])]
    assert layer["load"] == load_of(code + unknown + mixed)


class Gate(Module):
    """A router that returns logits alone, under a name that nobody knows."""

    def forward(self, tokens):
        return [[float(token), 0.0, -1.0] for token in tokens]


class Odd(Module):
    def __init__(self):
        super().__init__()
        self.choose = Gate()

    def forward(self, tokens):
        return self.choose(tokens)


def test_any_module_can_be_named(valid):
    model = Odd()
    for routers in ("choose", ["ch*"], lambda path, module: isinstance(module, Gate)):
        with switchyard.watch(model, routers=routers, k=1) as run:
            model([5, -5])
        (layer,) = valid(run.payload())["data"]["layers"]
        assert (layer["path"], layer["load"], layer["k"]) == ("choose", [0.5, 0.5, 0], 1)
    read = lambda module, inputs, output: {"indices": [[2] for _ in output], "num_experts": 4}  # noqa: E731
    with switchyard.watch(model, routers="choose", read=read) as run:
        model([5, -5])
    assert valid(run.payload())["data"]["layers"][0]["load"] == [0, 0, 1, 0]


def test_what_cannot_be_watched_is_said():
    said = r"watch: the model must have a module that is known as a router; name yours with routers=, got Odd"
    with pytest.raises(switchyard.SwitchyardError, match=said):
        switchyard.watch(Odd())
    with pytest.raises(switchyard.SwitchyardError, match=r"watch: routers must name a module of the model \(choose\), got gate"):
        switchyard.watch(Odd(), routers="gate")
    with pytest.raises(switchyard.SwitchyardError, match="must have named_modules and register_forward_hook"):
        switchyard.watch(object())
    for option in ({"token_sample": 2049}, {"window": 0}, {"k": 0}, {"total_steps": -1}, {"tokenizer": 7}):
        with pytest.raises(switchyard.SwitchyardError):
            switchyard.watch(Model(), **option)
    model = Odd()
    # A recorder raises nothing inside of a user's forward pass.
    with pytest.warns(RuntimeWarning, match="choose is not recorded: choose: k must be given"), switchyard.watch(model, routers="choose"):
        model([1])
    assert model.choose.after == []


def test_importing_it_loads_nothing_heavy():
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'extension')!r}); before = set(sys.modules); "
        "import jupyterlab_switchyard as switchyard; "
        "print(sorted(m for m in set(sys.modules) - before if m.startswith(('jupyterlab_switchyard', 'torch', 'numpy', 'IPython')))); "
        "switchyard.watch, switchyard.read_choices; print({'torch', 'numpy', 'IPython'} & set(sys.modules)); "
        "print(all(hasattr(switchyard, name) for name in switchyard.__all__), hasattr(switchyard, 'nothing'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["['jupyterlab_switchyard']", "set()", "True False"], done.stderr


def test_blocks_of_a_layer_keep_their_paths_apart(valid):
    class Two(Module):
        def __init__(self):
            super().__init__()
            self.here = Block(4, 1, 0)
            self.here.second = Block(4, 1, 1).gate

        def forward(self, tokens):
            return self.here.gate(tokens), self.here.second(tokens)

    with switchyard.watch(model := Two()) as run:
        model([1, 2])
    assert [layer["path"] for layer in valid(run.payload())["data"]["layers"]] == ["here.gate", "here.second"]


def test_a_run_says_what_tells_it_from_others(valid):
    model = Model()
    model.config = SimpleNamespace(model_type="olmoe", num_experts=8, router_aux_loss_coef=0.01, hidden_size=None)
    with switchyard.watch(model, k=2, configuration={"learning rate": 3e-4, "shared": True, "num_experts": "eight"}) as run:
        model(IDS)
    settings = valid(run.payload())["source"]["configuration"]
    # What the user names comes first, and stands in the place of what the model says.
    assert list(settings.items()) == [
        ("learning rate", 3e-4),
        ("shared", True),
        ("num_experts", "eight"),
        ("model", "Model"),
        ("k", 2),
        ("model_type", "olmoe"),
        ("router_aux_loss_coef", 0.01),
    ]
    read_by_kernel_lib(run.payload())
    assert "configuration" not in switchyard.record().payload()["source"]


@pytest.mark.parametrize("given", [3, {"a": [1]}, {str(i): i for i in range(33)}])
def test_settings_that_a_payload_cannot_hold_are_refused(given):
    with pytest.raises(switchyard.SwitchyardError, match="watch: configuration must have|watch: configuration must be"):
        switchyard.watch(Model(), configuration=given)


def test_settings_of_any_size_fit(valid):
    given = {f"{'name 🙂' * 40}{i}": "\udc00" + "word" * 200 for i in range(32)} | {"0": float("inf")}
    given.pop(f"{'name 🙂' * 40}0")
    settings = valid(switchyard.record(configuration=given).payload())["source"]["configuration"]
    assert all(len(name) <= 48 and len(value) <= 48 for name, value in settings.items())
