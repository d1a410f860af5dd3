"""The kernelspecs of this working tree, and of plain tslab."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = ROOT / "kernel-lib" / "dist" / "kernel" / "launcher.js"
TSLAB = ROOT / "node_modules" / "tslab" / "bin" / "tslab"
KERNEL_NAME = "switchyard-test"
TSLAB_NAME = "tslab-test"


def write_kernelspec(data: Path) -> str:
    """Writes it under `data`, a folder of JUPYTER_PATH, and returns its name."""
    argv = ["node", str(LAUNCHER), "{connection_file}"]
    return write(data, KERNEL_NAME, argv, display_name="TypeScript (Switchyard)", interrupt_mode="message")


def write_tslab_kernelspec(data: Path) -> str:
    """The same for plain tslab, started as its own installer says."""
    argv = ["node", str(TSLAB), "kernel", "--config-path={connection_file}"]
    return write(data, TSLAB_NAME, argv, display_name="tslab")


def write(data: Path, name: str, argv: list[str], **fields: str) -> str:
    folder = data / "kernels" / name
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "language": "typescript", **fields}))
    return name
