"""A study's database may come from somebody else: what it holds of a sampler is read, and runs nothing."""

import importlib.util
import io
import pickle

import optuna
import pytest
from spec import ROOT


@pytest.fixture(scope="module")
def studies():
    specification = importlib.util.spec_from_file_location("studies", ROOT / "kernel-lib" / "python" / "studies.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def calls(module, name, *words):
    """A pickle that calls a function when it is read."""
    pushed = b"".join(b"\x8c" + bytes([len(word)]) + word.encode() for word in words)
    return b"\x80\x04" + f"c{module}\n{name}\n".encode() + b"(" + pushed + b"tR."


@pytest.mark.parametrize(
    "module, name",
    [
        ("os", "system"),
        ("builtins", "eval"),
        ("posix", "system"),
        ("optuna.storages", "RDBStorage"),
        ("optuna.storages.journal", "JournalFileBackend"),
        ("optuna.samplers._base", "warnings"),
        ("optuna.samplers._tpe.sampler", "np"),
        ("optuna.samplers._lazy_random_state", "numpy.random.default_rng"),
    ],
)
def test_a_samplers_state_runs_nothing(studies, tmp_path, module, name):
    mark = tmp_path / "run"
    with pytest.raises((pickle.UnpicklingError, AttributeError)):
        studies.Reader(io.BytesIO(calls(module, name, f"touch {mark}"))).load()
    assert not mark.exists()


@pytest.mark.parametrize("make", [optuna.samplers.TPESampler, optuna.samplers.NSGAIISampler, optuna.samplers.QMCSampler, optuna.samplers.CmaEsSampler])
def test_the_state_of_optunas_samplers_is_read(studies, make):
    study = optuna.create_study(sampler=make(seed=1))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=15)
    read = studies.Reader(io.BytesIO(pickle.dumps(study.sampler))).load()
    assert type(read) is make
