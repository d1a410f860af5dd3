"""The kernel's entry: finds Node and the library, and becomes the kernel's Node process.

Jupyter starts ``python -m jupyterlab_switchyard.kernel CONNECTION_FILE`` in the notebook's folder.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator, NoReturn

NODE_MAJOR = 20
LAUNCHER = Path("dist", "kernel", "launcher.js")


class KernelError(Exception):
    """What is missing, and what to do about it."""


def find_node() -> str:
    """The Node program: ``SWITCHYARD_NODE`` where set, else the one on the PATH."""
    node = os.environ.get("SWITCHYARD_NODE") or shutil.which("node")
    if node is None:
        raise KernelError(f"There is no Node on the PATH: install Node {NODE_MAJOR} or later from https://nodejs.org.")
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise KernelError(f"{node} does not run ({error}): install Node {NODE_MAJOR} or later.") from error
    version = re.match(r"v(\d+)\.", said)
    if version is None or int(version[1]) < NODE_MAJOR:
        raise KernelError(f"{node} is Node {said.strip()}: install Node {NODE_MAJOR} or later from https://nodejs.org.")
    return node


def library_places(folder: Path) -> Iterator[Path]:
    """Where @switchyard/kernel-lib may be, nearest to the notebook first."""
    for parent in (folder, *folder.parents):
        yield parent / "node_modules" / "@switchyard" / "kernel-lib"
    if configured := os.environ.get("SWITCHYARD_KERNEL_LIB"):
        yield Path(configured)
    if npm := shutil.which("npm"):
        said = subprocess.run([npm, "root", "-g"], capture_output=True, text=True)
        if said.returncode == 0:
            yield Path(said.stdout.strip()) / "@switchyard" / "kernel-lib"


def find_launcher(folder: Path) -> Path:
    """The launcher of the library that belongs to the notebook's folder."""
    for place in library_places(folder):
        if (place / LAUNCHER).is_file():
            return place / LAUNCHER
    raise KernelError(
        f"@switchyard/kernel-lib was not found for notebooks in {folder}: "
        "run `npm install @switchyard/kernel-lib` there or in a folder above it."
    )


def become(program: str, *words: str) -> NoReturn:
    """Replaces this process, so that Jupyter's signals reach the kernel itself."""
    if os.name == "nt":
        # There exec would start a second process and end this one.
        sys.exit(subprocess.call([program, *words]))
    os.execv(program, [program, *words])


def main() -> NoReturn:
    """Runs the kernel for the connection file named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m jupyterlab_switchyard.kernel CONNECTION_FILE")
    try:
        node, launcher = find_node(), find_launcher(Path.cwd())
    except KernelError as error:
        sys.exit(f"Switchyard's kernel cannot start. {error}")
    become(node, str(launcher), sys.argv[1])


if __name__ == "__main__":
    main()
