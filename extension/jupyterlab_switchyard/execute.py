"""Runs a notebook headless, for ``switchyard run`` and ``switchyard verify``.

``python -m jupyterlab_switchyard.execute NOTEBOOK OUT FOLDER`` runs NOTEBOOK in FOLDER and writes it, with its outputs,
to OUT when every cell has succeeded. Standard output has one JSON object a line:

- ``{"event": "start", "cell": i}`` before cell i (an index into the notebook's cells)
- ``{"event": "failed", "cell": i, "name": ..., "message": ..., "traceback": ...}`` when it ends a run
- ``{"event": "finished"}`` once OUT is written

The run ends, and its kernel with it, when standard input is closed.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

DEFAULT_KERNEL = "switchyard"


def take_output() -> TextIO:
    """Standard output for events alone: what the kernel itself prints goes to standard error."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return events


def end_with_input() -> None:
    """Ends this process when whoever started it has gone."""

    def watch() -> None:
        # Not through the buffer of `sys.stdin`: its lock would be held when Python ends, and hide what it ended with.
        while os.read(0, 1 << 16):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def execute(source: Path, out: Path, folder: Path, events: TextIO) -> bool:
    """Runs a notebook; true where every cell succeeded."""
    import nbformat
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    current = -1

    def say(event: str, **content: Any) -> None:
        print(json.dumps({"event": event, **content}), file=events)

    def started(cell: Any, cell_index: int) -> None:
        nonlocal current
        current = cell_index
        say("start", cell=cell_index)

    notebook = nbformat.read(source, as_version=4)
    kernel = notebook.metadata.get("kernelspec", {}).get("name", DEFAULT_KERNEL)
    client = NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=None,
        record_timing=False,
        on_cell_start=started,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        say("failed", cell=current, name=error.ename, message=error.evalue, traceback=error.traceback)
        return False
    except DeadKernelError:
        say("failed", cell=current, name="DeadKernel", message="the kernel died", traceback="")
        return False
    except NoSuchKernel:
        say("failed", cell=-1, name="NoSuchKernel", message=f'there is no kernel "{kernel}"', traceback="")
        return False
    nbformat.write(notebook, out)
    say("finished")
    return True


def main() -> int:
    """Runs the notebook named on the command line."""
    if len(sys.argv) != 4:
        print("usage: python -m jupyterlab_switchyard.execute NOTEBOOK OUT FOLDER", file=sys.stderr)
        return 2
    events = take_output()
    end_with_input()
    source, out, folder = map(Path, sys.argv[1:])
    return 0 if execute(source, out, folder, events) else 1


if __name__ == "__main__":
    sys.exit(main())
