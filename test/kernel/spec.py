"""The kernelspec of this working tree."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = ROOT / "kernel-lib" / "dist" / "kernel" / "launcher.js"
KERNEL_NAME = "switchyard-test"


def write_kernelspec(data: Path) -> str:
    """Writes it under `data`, a folder of JUPYTER_PATH, and returns its name."""
    folder = data / "kernels" / KERNEL_NAME
    folder.mkdir(parents=True)
    spec = {
        "argv": ["node", str(LAUNCHER), "{connection_file}"],
        "display_name": "TypeScript (Switchyard)",
        "language": "typescript",
        "interrupt_mode": "message",
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    return KERNEL_NAME
