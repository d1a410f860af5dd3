"""Parameters come out of a notebook as they were put in, by papermill and by `switchyard run`."""

import json
import math
import random
import sys

import nbformat
import pytest
from saved import cell, printed, save, switchyard
from spec import KERNEL_NAME
from tools import Tools, install_tools

COUNT = 1000
TEXTS = [
    *("", "plain", "'", '"', "`", "\\", "\\n", "\n", "\r", "\t", "\0", "\x01", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\ufeff"),
    *("${1 + 1}", "*/", "/*", "//", "</script>", "<!--", "\\u0041", "é", "字", "\U0001f600", "null", "true", "1e3", "; throw 1; //"),
]
KEYS = ["__proto__", "constructor", "prototype", "toString", "a-b", "", "7", "class", "x", *TEXTS]
NUMBERS = [0, -0.0, 1, -1, 0.1, -2.5, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 2**53 - 1, -(2**53) + 1, 2**60, 255, 1e16]

# Every value as text that is the same everywhere: numbers as JavaScript writes them, strings as code units, objects by own keys.
SHOW = """
const show = (v: any): any =>
  typeof v === 'number' ? ['n', Object.is(v, -0) ? '-0' : String(v)]
  : typeof v === 'string' ? ['s', ...Array.from({ length: v.length }, (_, i) => v.charCodeAt(i))]
  : Array.isArray(v) ? ['a', ...v.map(show)]
  : typeof v === 'object' && v !== null ? ['o', ...Object.keys(v).map((k) => [show(k), show(v[k])])]
  : ['v', v];
"""


def text(draw):
    return "".join(draw.choice(TEXTS) for _ in range(draw.randint(1, 4)))


def scalar(draw):
    kind = draw.randrange(4)
    if kind == 0:
        return draw.choice([*NUMBERS, draw.uniform(-1e6, 1e6), draw.randint(-(10**9), 10**9)])
    return draw.random() < 0.5 if kind == 1 else text(draw)


def value(draw, depth=3):
    kind = draw.randrange(8)
    if depth > 0 and kind == 0:
        return [value(draw, depth - 1) for _ in range(draw.randrange(4))]
    if depth > 0 and kind == 1:
        return {draw.choice(KEYS): value(draw, depth - 1) for _ in range(draw.randrange(4))}
    return draw.choice([None, math.nan, math.inf, -math.inf]) if kind == 2 else scalar(draw)


def units(string):
    bytes_ = string.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(bytes_[i : i + 2], "little") for i in range(0, len(bytes_), 2)]


def agrees(shown, given):
    """Whether what a notebook showed is what it was given."""
    kind, *rest = shown
    if isinstance(given, bool) or given is None:
        return shown == ["v", given]
    if isinstance(given, str):
        return kind == "s" and rest == units(given)
    if isinstance(given, (int, float)):
        number = float(rest[0].replace("Infinity", "inf")) if kind == "n" else math.nan
        return kind == "n" and (
            math.isnan(given) if math.isnan(number) else number == given and math.copysign(1, number) == math.copysign(1, given)
        )
    if isinstance(given, list):
        return kind == "a" and len(rest) == len(given) and all(map(agrees, rest, given))
    keys = {tuple(units(key)): item for key, item in given.items()}
    return kind == "o" and len(rest) == len(keys) and all(agrees(item, keys[tuple(key[1:])]) for key, item in rest)


def wrong(notebook, given):
    shown = json.loads(printed(notebook))
    return [(given[i], item) for i, item in enumerate(shown) if not agrees(item, given[i])] + [None] * (len(given) - len(shown))


def printer():
    return cell(f"{SHOW}console.log(JSON.stringify([{', '.join(f'p{i}' for i in range(COUNT))}].map(show)));")


@pytest.fixture(scope="module")
def tools():
    return Tools(install_tools())


PAPERMILL = """
import json, logging, sys, papermill
logging.disable(logging.WARNING)
given = json.load(open(sys.argv[3]))
parameters = {f"p{i}": item for i, item in enumerate(given)}
papermill.execute_notebook(sys.argv[1], sys.argv[2], parameters=parameters, kernel_name=sys.argv[4], progress_bar=False)
"""


def test_random_values_through_papermill(tools, tmp_path):
    draw = random.Random(7)
    given = [value(draw) for _ in range(COUNT)]
    source, out, values = (tmp_path / name for name in ("in.ipynb", "out.ipynb", "values.json"))
    save(source, cell("const unused = 1;", "parameters"), printer())
    values.write_text(json.dumps(given))
    tools(sys.executable, "-c", PAPERMILL, source, out, values, KERNEL_NAME, cwd=tmp_path)
    assert wrong(nbformat.read(out, as_version=4), given) == []


def on_command_line(item):
    if isinstance(item, bool) or isinstance(item, list):
        return json.dumps(item, ensure_ascii=False)
    return item if isinstance(item, str) else repr(item)


def test_random_values_through_switchyard_run(tmp_path):
    draw = random.Random(8)
    defaults = {str: "''", bool: "true", int: "0", float: "0"}
    given, declared = [], []
    for i in range(COUNT):
        # The command line ends at a zero.
        item = scalar(draw)
        while isinstance(item, str) and "\0" in item:
            item = text(draw)
        many = draw.randrange(4) == 0
        declared.append(f"const p{i}{': ' + SCALARS[type(item)] + '[]' if many else ''} = {'[]' if many else defaults[type(item)]};")
        given.append([item] * draw.randrange(3) if many else item)
    source, out = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    save(source, cell("\n".join(declared), "parameters"), printer())
    words = [word for i, item in enumerate(given) for word in ("-p", f"p{i}={on_command_line(item)}")]
    switchyard("run", source, "-o", out, *words)
    assert wrong(nbformat.read(out, as_version=4), given) == []


SCALARS = {str: "string", bool: "boolean", int: "number", float: "number"}

REFUSED = """
import papermill
from jupyterlab_switchyard.papermill_translator import TypeScriptTranslator as translator
for name in ["a = 1; process.exit(); //", "a b", "", "1a", "class", "a\\n", "a\\u2028", 7]:
    try:
        print("TAKEN", translator.codify({name: 1}))
    except ValueError as error:
        print(error)
for number in [2**53 + 1, -(2**53) - 1, 10**400]:
    try:
        print("TAKEN", translator.codify({"x": number}))
    except ValueError as error:
        print(error)
print(translator.codify({"$é_1": "\\ud800"}, comment="one\\nprocess.exit()\\u2028two"))
"""


def test_a_name_that_is_none_and_a_number_that_javascript_lacks_are_refused(tools, tmp_path):
    lines = tools(sys.executable, "-c", REFUSED, cwd=tmp_path).splitlines()
    assert not [line for line in lines if "TAKEN" in line]
    assert len([line for line in lines if line.startswith("parameters: a name must be an identifier of TypeScript, got ")]) == 8
    assert len([line for line in lines if line.startswith("parameters: a whole number must be one that JavaScript has, got ")]) == 3
    assert "\n".join(lines[11:15]) == '// one\n// process.exit()\n// two\nconst $é_1: string = "\\ud800";'


def test_run_refuses_a_whole_number_that_it_would_round(tmp_path):
    source = save(tmp_path / "in.ipynb", cell("const n = 1;", "parameters"), cell("n"))
    said = switchyard("run", source, "-p", "n=9007199254740993", "-o", tmp_path / "out.ipynb", code=2)
    assert 'Parameter "n" must be a number, got "9007199254740993".' in said
