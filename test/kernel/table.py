"""The table of short notebooks in `table/`: what their cells are, and what is shown.

`== title` begins a notebook, `--` a cell; behind a cell's code stand what it prints (`>> `, as errors `?? `), its value (`=> `), and how it
fails (`!! `, the beginning of it). `[ts]` behind a title: Node's own prompt has nothing to compare, for it is TypeScript, or shows what the
prompt does otherwise.
"""

from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).with_name("table")
MARKS = {">>": "printed", "??": "errors", "=>": "value", "!!": "failure"}


@dataclass
class Cell:
    code: list = field(default_factory=list)
    printed: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    value: list = field(default_factory=list)
    failure: list = field(default_factory=list)

    @property
    def source(self):
        return "\n".join(self.code)


@dataclass
class Notebook:
    area: str
    title: str
    typescript: bool
    cells: list

    def __str__(self):
        return f"{self.area}: {self.title}"


def notebooks(area):
    found = []
    for line in (FOLDER / f"{area}.txt").read_text().splitlines():
        if line.startswith("== "):
            title = line[3:].removesuffix(" [ts]")
            found.append(Notebook(area, title, line.endswith(" [ts]"), [Cell()]))
        elif line == "--":
            found[-1].cells.append(Cell())
        elif line[:2] in MARKS and line[2:3] in ("", " "):
            getattr(found[-1].cells[-1], MARKS[line[:2]]).append(line[3:])
        elif line:
            found[-1].cells[-1].code.append(line)
    return found


def areas():
    return sorted(path.stem for path in FOLDER.glob("*.txt"))
