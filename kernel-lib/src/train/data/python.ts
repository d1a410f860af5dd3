import { readFileSync } from 'fs';
import * as path from 'path';
import { askPython } from './askPython';
import type { TextSource } from './source';
import { walk } from './walk';

const PROGRAM = 'import json, sysconfig; print(json.dumps(sysconfig.get_paths()["stdlib"]))';
const SKIP = new Set(['test', 'tests', 'idle_test', 'site-packages', 'dist-packages', '__pycache__', 'pydoc_data']);

/** Python code: the standard library, without its tests. */
export const python: TextSource = {
  domain: 'python',
  remedy: "install Python's standard library with its sources",
  async list(options) {
    const root = await askPython<string>(PROGRAM, options.python);
    const names = walk(
      root,
      (name) => name.endsWith('.py'),
      (name) => !SKIP.has(name)
    );
    const files = names.map((name) => ({ name, read: () => readFileSync(path.join(root, name), 'utf8') }));
    return { files, where: root };
  }
};
