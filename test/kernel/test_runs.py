"""Saved runs in the hands of other programs."""

import json
import subprocess
import sys

import jupyterlab_switchyard
import pytest
from saved import switchyard
from spec import ROOT
from tools import Tools, install_tools


@pytest.fixture(scope="module")
def tools():
    return Tools(install_tools())


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with a run that ended and one whose process was killed in the middle of a line."""
    folder = tmp_path_factory.mktemp("work") / "runs"
    with jupyterlab_switchyard.record(title="ended", total_steps=3, configuration={"seed": 1}, save=folder) as run:
        for step in range(1, 4):
            run.observe("layers.0", indices=[[0], [0], [0], [1]], num_experts=2)
            run.step(loss=1 / step)
    script = f"""\
import jupyterlab_switchyard, os, time
from jupyterlab_switchyard.watching import run_file
run_file.INTERVAL = 0.0
with jupyterlab_switchyard.record(title="killed", save={str(folder)!r}) as run:
    for step in range(1, 3):
        run.observe("layers.0", indices=[[0], [1]], num_experts=2)
        time.sleep(1)
        run.step(loss=step)
    os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", script]).returncode == -9
    (lines,) = folder.glob("*killed*.jsonl")
    with open(lines, "a") as file:
        file.write('{"step": 3, "ti')
    return folder


READER = """\
import glob, json, struct, sys
from tensorboardX.proto.event_pb2 import Event
found = []
for file in sorted(glob.glob(sys.argv[1] + "/*/*tfevents*")):
    data, at = open(file, "rb").read(), 0
    while at < len(data):
        (length,) = struct.unpack("<Q", data[at : at + 8])
        event = Event.FromString(data[at + 12 : at + 12 + length])
        at += 16 + length
        found += [[file.split("/")[-2].split("_")[1], event.step, value.tag, round(value.simple_value, 6), event.wall_time] for value in event.summary.value if value.HasField("simple_value")]
print(json.dumps(found))
"""


def test_runs_are_listed_and_written_as_event_files(runs, tools, tmp_path):
    rows = [line.split("\t")[1:] for line in switchyard("runs", "list", runs).splitlines()]
    routed = "top-k 1 of 2"
    assert sorted(rows) == [[f"ended, {routed}", "step 3 of 3", "finished"], [f"killed, {routed}", "step 2", "not ended"]]
    out = tmp_path / "events"
    command = ["node", ROOT / "kernel-lib" / "bin" / "switchyard.js", "runs"]
    assert f"2 runs in {out}" in tools(*command, "export", "tensorboard", runs, "-o", out, cwd=ROOT)
    found = json.loads(tools(sys.executable, "-c", READER, out, cwd=ROOT))
    losses = [[run, step, value] for run, step, tag, value, _ in found if tag == "loss/train"]
    assert sorted(losses) == [["ended", 1, 1], ["ended", 2, 0.5], ["ended", 3, 0.333333], ["killed", 1, 1], ["killed", 2, 2]]
    # Three of four tokens at one of two experts.
    assert [value for run, _, tag, value, _ in found if (run, tag) == ("ended", "maxVio/layers.0")] == [0.5, 0.5, 0.5]
    times = [time for run, _, tag, _, time in found if (run, tag) == ("ended", "loss/train")]
    assert times == sorted(times) and times[0] > 1.7e9


def test_what_is_not_there_or_no_run_is_said(runs, tmp_path):
    assert f"There is no folder {tmp_path / 'none'}" in switchyard("runs", "list", tmp_path / "none", code=1)
    assert "There is no run." in switchyard("runs", "list", tmp_path)
    assert "There is no run in" in switchyard("runs", "export", "tensorboard", tmp_path, code=1)
    (tmp_path / "bad.run.json").write_text("{")
    assert "bad.run.json is no saved run" in switchyard("runs", "list", tmp_path, code=1)
    for words in ([], ["export"], ["export", "mlflow"], ["list", "a", "b"], ["export", "wandb", "--all"]):
        assert "usage: switchyard runs list" in switchyard("runs", *words, code=2)
    # The environment itself has none of these.
    said = switchyard("runs", "export", "wandb", runs, "-o", tmp_path / "out", code=1)
    assert "writing runs for wandb needs the Python package wandb: " in said and "-m pip install wandb" in said
