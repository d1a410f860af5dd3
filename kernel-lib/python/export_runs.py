"""Saved runs for other programs: event files of TensorBoard, offline runs of Weights & Biases.

``python export_runs.py tensorboard|wandb FOLDER OUT`` reads what ``show.routing({ save })`` and ``switchyard.watch(save=...)`` wrote. Whatever the
run's own kernel did meanwhile: a line that was cut in the middle is the last one, and is left out.
"""

import json
import sys
from pathlib import Path
from typing import Any, Iterator

#: Metrics that a routed layer has over the steps of a payload's history.
METRICS = ("maxVio", "cv", "entropy", "dropped")


def snapshots(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Names and latest payloads of the runs of a folder, in the order of their starts."""
    ending = ".run.json"
    return [(file.name.removesuffix(ending), json.loads(file.read_text())) for file in sorted(folder.glob(f"*{ending}"))]


def points(folder: Path, name: str, payload: dict[str, Any]) -> Iterator[tuple[int, float | None, dict[str, float]]]:
    """Scalars of each step with its time in seconds; then those of the layers, of the steps that the payload kept."""
    lines = folder / f"{name}.steps.jsonl"
    whole = [line for line in lines.read_text().split("\n")[:-1] if line] if lines.exists() else []
    for line in map(json.loads, whole):
        yield line["step"], line["time"] / 1000, known(line["scalars"])
    data = payload["data"]
    history = data.get("history", data)
    steps = history.get("steps", [])
    for i, step in enumerate(steps):
        series = {f"{metric}/{layer['path']}": history[metric][at][i] for at, layer in enumerate(data.get("layers", [])) for metric in METRICS if metric in history}
        # Without lines the payload's own are all that there is.
        own = {} if whole else {label: values[i] for label, values in history.get("scalars", {}).items()}
        yield step, None, known({**own, **series})


def known(scalars: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in scalars.items() if value is not None}


def to_tensorboard(folder: Path, out: Path) -> None:
    from tensorboardX import SummaryWriter

    for name, payload in snapshots(folder):
        source = payload["source"]
        with SummaryWriter(str(out / name)) as writer:
            rows = "".join(f"| {setting} | {value} |\n" for setting, value in source.get("configuration", {}).items())
            writer.add_text("configuration", f"{source['title']}\n\n| setting | value |\n| --- | --- |\n{rows}", 0)
            for step, time, scalars in points(folder, name, payload):
                for label, value in scalars.items():
                    writer.add_scalar(label, value, step, walltime=time)


def to_wandb(folder: Path, out: Path) -> None:
    import wandb

    out.mkdir(parents=True, exist_ok=True)
    for name, payload in snapshots(folder):
        source = payload["source"]
        steps: dict[int, dict[str, float]] = {}
        for step, _, scalars in points(folder, name, payload):
            steps.setdefault(step, {}).update(scalars)
        config = source.get("configuration", {})
        run = wandb.init(mode="offline", dir=str(out), project="switchyard", name=f"{source['title']} {name}", config=config)
        for step in sorted(steps):
            run.log(steps[step], step=step)
        run.finish()


WRITERS = {"tensorboard": (to_tensorboard, "tensorboardX"), "wandb": (to_wandb, "wandb")}


def main(kind: str, folder: str, out: str) -> str:
    """What was written, in words."""
    write, package = WRITERS[kind]
    count = len(snapshots(Path(folder)))
    try:
        write(Path(folder), Path(out))
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        sys.exit(f"writing runs for {kind} needs the Python package {package}: {sys.executable} -m pip install {package}")
    return f"{count} {'run' if count == 1 else 'runs'} in {out}"


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
