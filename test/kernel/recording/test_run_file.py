"""Runs on disk, as the sidebar and the library read them."""

import json
import warnings
from pathlib import Path

import jupyterlab_switchyard as switchyard
import pytest
from jupyterlab_switchyard.watching import run_file
from recording.standin import Model

IDS = [[1, 2, 3, 4], [5, 6, 7, 8]]


def only(folder: Path, ending: str) -> str:
    (found,) = folder.glob(f"*{ending}")
    return found.read_text()


def test_a_run_is_on_disk_as_it_goes(valid, tmp_path):
    folder = tmp_path / "deep" / "runs"
    model = Model().train()
    with switchyard.watch(model, title="A run: 1/2", total_steps=3, save=folder) as run:
        # Of a process that dies here, this is left.
        assert valid(json.loads(only(folder, ".run.json")))["source"]["status"] == "running"
        for step in range(3):
            model(IDS)
            run.step(loss=float("nan") if step == 1 else step)
    saved = valid(json.loads(only(folder, ".run.json")))
    assert saved["source"]["status"] == "finished" and saved["source"]["title"] == "A run: 1/2"
    assert saved["data"] == run.payload()["data"]
    lines = [json.loads(line) for line in only(folder, ".steps.jsonl").splitlines()]
    assert [(line["step"], line["scalars"]["loss/train"]) for line in lines] == [(1, 0), (2, None), (3, 2)]
    (name,) = [file.name for file in folder.glob("*.run.json")]
    assert name.split("_")[1:] == ["A-run-1-2", f"{saved['runId'][:8]}.run.json"]


def test_none_is_saved_unless_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with switchyard.watch(Model()):
        pass
    assert list(tmp_path.iterdir()) == []
    with switchyard.watch(Model(), save=True):
        pass
    assert len(list((tmp_path / "runs").iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(switchyard.SwitchyardError, match="watch: save must be a folder that can be written, got .*file"):
        switchyard.watch(Model(), save=tmp_path / "file")
    for bad in ("", 3):
        with pytest.raises(switchyard.SwitchyardError, match="save must be True, False or the name of a folder"):
            switchyard.watch(Model(), save=bad)


def test_a_disk_that_fails_ends_the_saving_and_not_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(run_file, "INTERVAL", 0.0)
    folder = tmp_path / "runs"
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with switchyard.record(save=folder) as run:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
            for _ in range(3):
                run.observe("layers.0", indices=[[0], [1]], num_experts=2)
                run.step()
    assert [str(w.message).split(":")[0] for w in said] == ["the run is saved no further"]
    assert run.payload()["source"]["status"] == "finished"
