"""The folder of the table's notebooks: the files and packages that they import."""

import json
from pathlib import Path

FILES = {
    "../above.ts": "export const above: string = 'above';\n",
    "helper.ts": "export const twice = (x: number): number => 2 * x;\n",
    "folder/index.ts": "export const fromIndex: string = 'index';\n",
    "circleA.ts": "import { pong } from './circleB';\nexport function ping(n: number): string {\n  return n === 0 ? '' : 'a' + pong(n);\n}\n",
    "circleB.ts": "import { ping } from './circleA';\nexport function pong(n: number): string {\n  return 'b' + ping(n - 1);\n}\n",
    "late.mjs": "export const value = await Promise.resolve(12);\n",
    "late.d.mts": "export declare const value: number;\n",
    "table.json": '{ "rows": [1, 2] }\n',
    "effect.ts": "const all = globalThis as any;\nall.effects = (all.effects ?? 0) + 1;\nexport {};\n",
    "counter.ts": "export let count: number = 0;\nexport function countUp(): void {\n  count++;\n}\n",
    "wrong.ts": "export const wrong: number = 'text';\n",
}

PACKAGES = {
    "common-package": {
        "package.json": json.dumps({"main": "index.js", "types": "index.d.ts"}),
        "index.js": "exports.greet = () => 'hello from common';\n",
        "index.d.ts": "export declare function greet(): string;\ndeclare const all: { greet: typeof greet };\nexport default all;\n",
    },
    "modern-package": {
        "package.json": json.dumps({"type": "module", "exports": {".": {"types": "./index.d.ts", "default": "./index.js"}}}),
        "index.js": "export const question = 'what?';\nexport default 42;\n",
        "index.d.ts": "export declare const question: string;\ndeclare const answer: number;\nexport default answer;\n",
    },
    "import-only": {
        "package.json": json.dumps({"type": "module", "exports": {".": {"import": {"types": "./index.d.ts", "default": "./index.js"}}}}),
        "index.js": "export const only = await Promise.resolve('imported');\n",
        "index.d.ts": "export declare const only: string;\n",
    },
    "both-package": {
        "package.json": json.dumps(
            {"exports": {"./sub": {"types": "./sub.d.ts", "import": "./sub.mjs", "require": "./sub.cjs"}}}
        ),
        "sub.mjs": "export const kind = 'import';\n",
        "sub.cjs": "exports.kind = 'require';\n",
        "sub.d.ts": "export declare const kind: string;\n",
    },
}


def write_folder(parent: Path) -> Path:
    folder = parent / "notebooks"
    for name, text in FILES.items():
        write(folder / name, text)
    for package, files in PACKAGES.items():
        for name, text in files.items():
            whole = json.dumps({"name": package, "version": "1.0.0", **json.loads(text)}) if name == "package.json" else text
            write(folder / "node_modules" / package / name, whole)
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
