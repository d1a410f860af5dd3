"""The kernel's entry: finds Node and the library, and becomes the kernel's Node process.

Jupyter starts this in the notebook's folder, as soon as a notebook is opened; nothing of that folder may run before the reader
runs a cell. So the kernelspec takes the folder off Python's path before it imports anything (``-P`` would, from 3.11 on), and
neither Node nor the library is looked for in it.
"""

import os
import re
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
    node = os.environ.get("SWITCHYARD_NODE") or find_program("node")
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


def find_program(name: str) -> str | None:
    """A program on the PATH; never one of the current folder, where Windows would look first."""
    endings = os.environ.get("PATHEXT", ".EXE").split(os.pathsep) if os.name == "nt" else [""]
    folders = [Path(folder) for folder in os.get_exec_path() if os.path.isabs(folder)]
    files = (folder / f"{name}{ending}" for folder in folders for ending in endings)
    return next((str(file) for file in files if file.is_file() and os.access(file, os.X_OK)), None)


def library_places() -> Iterator[Path]:
    """Where @switchyard/kernel-lib may be: where the set-up says, then npm's place for global packages."""
    if configured := os.environ.get("SWITCHYARD_KERNEL_LIB"):
        yield Path(configured)
    elif npm := find_program("npm"):
        # From home: npm would read an .npmrc of the notebook's folder.
        said = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, cwd=Path.home())
        if said.returncode == 0:
            yield Path(said.stdout.strip()) / "@switchyard" / "kernel-lib"


def find_launcher() -> Path:
    """The launcher of the installed library."""
    for place in library_places():
        if (place / LAUNCHER).is_file():
            return place / LAUNCHER
    raise KernelError(
        "@switchyard/kernel-lib was not found: set SWITCHYARD_KERNEL_LIB to its folder (`npx switchyard setup` does), or install it "
        "with `npm install -g --ignore-scripts` and its file. The notebook's own node_modules are for its cells, not for the kernel."
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
        sys.exit("usage: the kernelspec's command and CONNECTION_FILE")
    try:
        node, launcher = find_node(), find_launcher()
    except KernelError as error:
        sys.exit(f"Switchyard's kernel cannot start. {error}")
    become(node, str(launcher), sys.argv[1])


if __name__ == "__main__":
    main()
