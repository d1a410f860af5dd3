"""The numbers of others: kernel-lib's recorder, and the routers of HuggingFace's models."""

import importlib.util
import json

import jupyterlab_switchyard as switchyard
import pytest
from jupyterlab_switchyard.recording.token_class import TOKEN_CLASSES, token_class
from spec import ROOT
from recording.standin import Module

PARITY = ROOT / "test" / "parity"


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_recording_has_the_numbers_that_kernel_lib_makes(valid, unmeasured):
    fixture = json.loads((PARITY / "fixtures" / "recording.json").read_text())
    run = load(PARITY / "make_recording.py").replay(fixture["steps"])
    # test/parity/recording.test.ts compares the same data with kernel-lib's.
    assert valid(run.payload())["data"] == fixture["data"]
    # Joined as the run went on, and once more to fit.
    assert load(PARITY / "make_recording.py").long_run() == fixture["long"]


def test_tokens_have_the_class_that_kernel_lib_gives_them():
    classes = json.loads((PARITY / "fixtures" / "tokenClasses.json").read_text())["classes"]
    assert list(classes) == list(TOKEN_CLASSES)
    for name, texts in classes.items():
        assert [(text, token_class(text)) for text in texts] == [(text, name) for text in texts]


CASES = json.loads((PARITY / "fixtures" / "huggingface.json").read_text())["cases"]


class Replayed(Module):
    """Calls routers that return what the real ones did, at the paths of the real ones."""

    def __init__(self, case):
        super().__init__()
        self.case = case
        self.routers = {}
        for router in case["routers"]:
            module = type(router["class"], (Module,), {"forward": lambda self, output: output})()
            vars(module).update({name: value for name, value in router["attributes"].items() if value is not None})
            self.routers[router["path"]] = module
        encoder_decoder = any("decoder" in path.split(".") for path in self.routers)
        self.config = type("Config", (), {"is_encoder_decoder": encoder_decoder})

    def named_modules(self):
        yield "", self
        yield from self.routers.items()

    def forward(self, input_ids):
        for router in self.case["routers"]:
            self.routers[router["path"]](tuple(router["output"]))


@pytest.fixture(params=CASES, ids=[case["name"] for case in CASES])
def case(request):
    return request.param


def test_huggingface_routers_are_read(case, valid):
    model = Replayed(case)
    with switchyard.watch(model) as run:
        model(case["ids"])
    layers = valid(run.payload())["data"]["layers"]
    for layer, router in zip(layers, case["routers"], strict=True):
        for name, value in router["counted"].items():
            assert layer[name] == pytest.approx(value, abs=6e-4), (router["path"], name)
        assert layer["path"] == router["path"].rpartition(".")[0]


def test_the_real_model_gave_the_same_payload(case, valid):
    payload = valid(case["payload"])
    for layer, router in zip(payload["data"]["layers"], case["routers"], strict=True):
        for name, value in router["counted"].items():
            assert layer[name] == pytest.approx(value, abs=6e-4), (router["path"], name)
    assert payload["data"]["tokens"]["text"] == [str(token) for token in case["ids"][0]]
