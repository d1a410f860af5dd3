"""A study's database may come from somebody else: what it holds of a sampler is read, and runs nothing."""

import importlib.util
import io
import pickle
import time

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


LEAVES = [
    {"label": "x", "domain": {"kind": "float", "low": 0, "high": 1, "log": False}, "when": []},
    {"label": "n", "domain": {"kind": "integer", "low": 2, "high": 8, "step": 2, "log": False}, "when": []},
    {"label": "kind", "domain": {"kind": "categorical", "values": ["a", None, True]}, "when": []},
]


def served_study(studies, file, by_rows):
    """A study of each state of a trial, by rows or as Optuna writes; what Optuna then reads of it."""
    url = f"sqlite:///{file}"
    served = studies.Served()
    served.open(url, "study", ["minimize", "maximize"], {"seed": 0}, "run")
    assert served.rows is not None
    if not by_rows:
        served.rows = None
    made = [
        served.create(point, LEAVES, {"id": i, "asked": i})["number"]
        for i, point in enumerate([{"x": 0.25, "n": 4, "kind": None}, {"x": 1, "n": 8, "kind": True}, {"n": 2, "kind": "a"}, {"x": 0, "n": 2, "kind": "a"}])
    ]
    assert made == [0, 1, 2, 3]
    served.report(0, 3, 0.5)
    served.report(0, 3, 0.75)
    served.report(0, 1, float("inf"))
    served.tell(0, "complete", [1.5, float("-inf")], {"id": 0, "told": 4}, [0.0, 2.0])
    served.tell(1, "pruned", [2.5, 3.5], {"id": 1, "told": 5, "resource": 9}, None)
    served.tell(2, "failed", None, {"id": 2, "error": "no"}, None)
    with pytest.raises(optuna.exceptions.UpdateFinishedTrialError):
        served.tell(0, "complete", [1, 1], {"id": 0}, None)
    # Others add trials, too, and the number after theirs is the next.
    optuna.load_study(study_name="study", storage=url).add_trial(optuna.trial.create_trial(values=[1, 2]))
    assert served.create({"n": 2, "kind": "a"}, LEAVES, {"id": 4, "asked": 9})["number"] == 5
    return optuna.load_study(study_name="study", storage=url).trials


@pytest.fixture
def far_from_greenwich(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_from_greenwich")
def test_rows_are_what_optuna_writes(studies, tmp_path):
    rows, objects = (served_study(studies, tmp_path / f"{by_rows}.db", by_rows) for by_rows in (True, False))
    # The first studies of two files have the same identifiers; times are when it ran.
    told = [[{name: value for name, value in vars(trial).items() if "datetime" not in name} for trial in trials] for trials in (rows, objects)]
    assert told[0] == told[1]
    assert rows[0].intermediate_values == {3: 0.75, 1: float("inf")} and rows[0].values == [1.5, float("-inf")]
    for one, other in zip(rows, objects):
        assert (one.datetime_start is None) == (other.datetime_start is None)
        assert (one.datetime_complete is None) == (other.datetime_complete is None)
        if one.datetime_start is not None and other.datetime_start is not None:
            # Of one clock, in one zone of time.
            assert abs((one.datetime_start - other.datetime_start).total_seconds()) < 60


def test_tables_that_have_other_columns_are_left_to_optuna(studies, tmp_path, monkeypatch):
    storage = optuna.storages.RDBStorage(f"sqlite:///{tmp_path / 'a.db'}")
    assert studies.TrialRows.of(storage, studies.distribution) is not None
    monkeypatch.setitem(studies.TrialRows.COLUMNS, "TrialModel", "trial_id number study_id state")
    assert studies.TrialRows.of(storage, studies.distribution) is None
    assert studies.TrialRows.of(optuna.storages.InMemoryStorage(), studies.distribution) is None


def test_a_row_that_fails_leaves_nothing_of_its_change(studies, tmp_path):
    served = studies.Served()
    served.open(f"sqlite:///{tmp_path / 'a.db'}", "study", ["minimize"], {"seed": 0}, "run")
    with pytest.raises(Exception):
        served.create({"x": 0.5, "n": 2, "kind": "none of them"}, LEAVES, {"id": 0})
    assert optuna.load_study(study_name="study", storage=f"sqlite:///{tmp_path / 'a.db'}").trials == []


def test_an_error_says_what_it_came_of(studies):
    try:
        try:
            raise ValueError("the disk is full")
        except ValueError as error:
            raise RuntimeError("it did not work") from error
    except RuntimeError as error:
        assert studies.complaint(error) == "RuntimeError: it did not work (ValueError: the disk is full)"
    assert studies.complaint(KeyError("a")) == "KeyError: 'a'"
