"""Cells with the features that tslab's own example notebooks show, and what tslab gives for them.

`python test/kernel/tslab_features.py` (in the project, with its environment) runs them in tslab and writes `tslab_features.json`.
"""

import json
import os
import re
import tempfile
from pathlib import Path

from client import started
from spec import ROOT, TSLAB_NAME, write_tslab_kernelspec

FIXTURE = Path(__file__).with_suffix(".json")
COLOURS = re.compile(r"\x1b\[\d+m")

CELLS = {
    "print and versions": "import * as tslab from 'tslab';\nconsole.log('Hello', typeof tslab.versions.tslab);",
    "a function, and its use in a block": (
        "/** Fibonacci's numbers, the slow way. */\n"
        "function slow(n: number): number {\n  return n > 1 ? slow(n - 1) + slow(n - 2) : 1;\n}\n"
        "{\n  const n = 20;\n  console.log(`slow(${n}) = ${slow(n)}`);\n}"
    ),
    "an interface and a class of it": (
        "interface Greeter { text(): string }\n"
        "class Named implements Greeter {\n"
        "  private name: string;\n  constructor(name: string) { this.name = name; }\n"
        "  text(): string { return `Hello, ${this.name}`; }\n}\n"
        "function greet(greeter: Greeter) { console.log(greeter.text()); }\n"
        "greet(new Named('tslab'));"
    ),
    "await at the top": (
        "let pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));\n"
        "const before = Date.now();\nawait pause(50);\n`slept ${Date.now() - before >= 49}`"
    ),
    "a promise that nobody awaits": "pause(50);",
    "imports of Node": "import fs from 'fs';\nimport * as path from 'path';\n[typeof fs.readFileSync, path.join('a', 'b')]",
    "html": "tslab.display.html('Hello <b>Type</b>Script');",
    "a picture": "tslab.display.png(Buffer.from('iVBORw0KGgo=', 'base64'));",
    "a display that is updated": (
        "{\n  let shown = tslab.newDisplay();\n"
        "  for (let done = 1; done <= 5; done++) {\n    await pause(2);\n    shown.text(`progress: ${20 * done}%`);\n  }\n}"
    ),
    "destructuring, literals, spread, generators": (
        "{\n  class Pair { left: number; right: string; constructor(left: number, right: string) { this.left = left; this.right = right; } }\n"
        "  let { left, right: other } = new Pair(123, 'hello');\n  console.log({ left, other });\n"
        "  let [x, ...rest] = [1, 2, 3];\n  console.log({ x, rest });\n"
        "  let squares: number[] = [];\n"
        "  for (let even of (function* (n: number) { for (let i = 0; i < n; i += 2) yield i; })(10)) squares.push(even * even);\n"
        "  console.log('squares =', squares);\n}"
    ),
    "an async arrow": "let later = async () => {\n  await pause(5);\n  return 'done';\n};\nawait later();",
    "optional chaining and nullish coalescing": (
        "{\n  let nested: any = { x: null };\n  console.log('chained', nested?.x?.z);\n"
        "  let none: number | null = null, zero = 0;\n  console.log('coalesced', none ?? zero ?? 'last');\n}"
    ),
    "values of many kinds": "[new Map([[1, { a: [1, 2] }]]), /x/g, 10n, Symbol('s'), null, undefined, () => 1]",
}
TYPE_ERRORS = ["let x: number = 'tslab';", "let num = 123.4;\nnum = 'tslab';", "missing + 1;"]


def seen(outcome):
    """All that a reader sees, without colours: the text, the value's included, and each state of the displays."""
    text = COLOURS.sub("", outcome.text()) + (outcome.result or "")
    kinds = ("display_data", "update_display_data")
    displays = [content["data"] for kind in kinds for content in outcome.contents(kind)]
    return {"text": text.rstrip("\n"), "displays": displays}


def record():
    with tempfile.TemporaryDirectory() as folder:
        write_tslab_kernelspec(Path(folder))
        os.environ["JUPYTER_PATH"] = folder
        with started(TSLAB_NAME, ROOT) as tslab:
            features = {title: seen(tslab.ok(code)) for title, code in CELLS.items()}
        refusals = {}
        for code in TYPE_ERRORS:
            # For a while after an error, tslab aborts whatever comes.
            with started(TSLAB_NAME, ROOT) as tslab:
                refusals[code] = COLOURS.sub("", tslab.run(code).text("stderr")).strip()
    FIXTURE.write_text(json.dumps({"features": features, "refusals": refusals}, indent=2) + "\n")


if __name__ == "__main__":
    record()
