"""How fast the kernel is: `.venv/bin/python test/bench/kernel.py [ROUNDS]` prints the best and the median of each figure.

Goals, on two cores that do nothing else: first cell 2 s, the next 0.3 s, completion 0.3 s.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kernel"))

from client import started  # noqa: E402
from spec import write_kernelspec  # noqa: E402

IMPORT = "import { tf, models } from '@switchyard/kernel-lib';"
STEPS = [
    ("first cell, with the library's import", IMPORT),
    ("cell after it", "const x = tf.ones([2, 3]); x.shape"),
    ("cell after that", "const y = x.add(1); y.shape"),
]
COMPLETIONS = ["tf.", "y.res", "models."]


def measure(kernel_name, idle):
    """Seconds of each step of a new kernel that is left alone for `idle` seconds first."""
    seconds = {}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        begin = time.monotonic()
        kernel = stack.enter_context(started(kernel_name, folder))
        seconds["start, until kernel_info is answered"] = time.monotonic() - begin
        time.sleep(idle)
        for name, code in STEPS:
            begin = time.monotonic()
            kernel.ok(code)
            seconds[name] = time.monotonic() - begin
        for code in COMPLETIONS:
            begin = time.monotonic()
            assert kernel.reply(kernel.client.complete(code))["content"]["matches"]
            seconds[f"completion of {code}"] = time.monotonic() - begin
    return seconds


def main(rounds):
    with tempfile.TemporaryDirectory() as data:
        os.environ["JUPYTER_PATH"] = data
        name = write_kernelspec(Path(data))
        for title, idle in (("at once", 0), ("after 5 s", 5)):
            runs = [measure(name, idle) for _ in range(rounds)]
            for step in runs[0]:
                values = [run[step] for run in runs]
                figures = {"best": round(min(values), 3), "median": round(statistics.median(values), 3)}
                print(json.dumps({"cells run": title, "step": step, **figures}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
