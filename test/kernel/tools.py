"""The programs of other projects that tests use, installed once beside the environment: here, those for saved analyses."""

import fcntl
import hashlib
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from spec import ROOT

#: As test/bench/driver/python.js has it.
TORCH = ["torch==2.13.0", "transformers==5.24.0"]
LOCK = Path(__file__).with_name("requirements.txt")
#: Releases of Node beside the one that is installed, by their major version.
NODES = {"22": "22.23.5", "24": "24.22.3"}


def install_tools(lock: Path = LOCK) -> Path:
    """The folder with the tools of a lock; what the environment has already is not installed again."""
    own = entries(lock)
    there = {entry.split(" --hash", 1)[0] for entry in entries(ROOT / "requirements.txt")}
    missing = [entry for entry in own if entry.split(" --hash", 1)[0] not in there]
    place = ROOT / ".switchyard" / "test-tools"
    folder = place / hashlib.sha256("\n".join([sys.version, *missing]).encode()).hexdigest()[:12]
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "lock", "w") as held:
        # Two processes may run tests: the second waits, and finds what the first has installed.
        fcntl.flock(held, fcntl.LOCK_EX)
        if not folder.exists():
            install_into(folder, missing)
    return folder


def install_into(folder: Path, packages: list[str]) -> None:
    """Makes the folder with the packages in it, whole or not at all."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as part:
        lines, target = Path(part, "missing.txt"), Path(part, "target")
        lines.write_text("\n".join(packages))
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "--target", str(target), "-r", str(lines)], check=True)
        target.rename(folder)


def torch_python() -> str:
    """A Python with PyTorch and transformers: a virtual environment that the benchmark shares.

    Without hashes: which build of PyTorch is right (CPU, CUDA) the machine's own package index says.
    """
    venv = ROOT / ".switchyard" / "torch-venv"
    python = str(venv / "bin" / "python")
    probe = "import importlib.metadata as m; print(*(f'{name}=={m.version(name).split(\"+\")[0]}' for name in ('torch', 'transformers')))"
    done = subprocess.run([python, "-c", probe], capture_output=True, text=True) if venv.exists() else None
    if done is None or done.stdout.split() != TORCH:
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *TORCH, "numpy"], check=True)
    return python


def node_folder(major: str) -> Path:
    """The folder with the program of another Node, of npm's package of it."""
    version = NODES[major]
    place = ROOT / ".switchyard" / "node" / version
    machine = {"x86_64": "x64", "aarch64": "arm64"}[platform.machine()]
    package = f"node-linux-{machine}"
    folder = place / "node_modules" / package / "bin"
    if not folder.exists():
        place.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--prefix", str(place), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run([*npm, "--silent", f"{package}@{version}"], check=True)
    return folder


def entries(lock: Path) -> list[str]:
    """The packages of a lock, each with its hashes on one line."""
    return re.sub(r" *\\\n *", " ", lock.read_text()).splitlines()


class Tools:
    """Runs the tools' programs."""

    def __init__(self, folder: Path) -> None:
        programs = os.pathsep.join([str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        self.env = {**os.environ, "PYTHONPATH": str(folder), "PATH": programs, "PYTHONWARNINGS": "ignore"}

    def __call__(self, *words, cwd: Path, code: int | None = 0) -> str:
        """What a program said; `code`: the exit code that it must have, None for any failure."""
        done = subprocess.run([*map(str, words)], cwd=cwd, env=self.env, capture_output=True, text=True)
        said = f"{done.stdout}\n{done.stderr}"
        assert done.returncode == code or (code is None and done.returncode != 0), said
        return said


if __name__ == "__main__":
    print(install_tools(Path(sys.argv[1])))
