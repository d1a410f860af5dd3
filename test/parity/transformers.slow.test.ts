/** Routers of real models, read as they are in the last minor lines of transformers: names and forms of what they return change from one to the next. */
import { execFileSync } from 'child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { delimiter, join } from 'path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const PLACE = join(ROOT, '.switchyard', 'transformers');
const CHECKS = join(ROOT, 'test', 'kernel', 'recording', 'torch_checks.py');

/** Beside the one that test/kernel/tools.py names, which the fast tests run with. */
const LINES = ['5.22.2', '5.23.0'];

/** The Python with PyTorch of those tests, made where it is not there. */
function torchPython(): string {
  const own = join(ROOT, '.venv', 'bin', 'python');
  const code = 'import sys; sys.path[:0] = sys.argv[1:]; from tools import torch_python; print(torch_python())';
  return execFileSync(own, ['-c', code, join(ROOT, 'test', 'kernel')], { encoding: 'utf8' }).trim();
}

/** The folder with one version, whole or not at all; what it needs is that of the newest. */
function installed(python: string, version: string): string {
  const folder = join(PLACE, version);
  if (!existsSync(folder)) {
    mkdirSync(PLACE, { recursive: true });
    const part = mkdtempSync(join(PLACE, 'part-'));
    const pip = ['-m', 'pip', 'install', '-qq', '--no-deps', '--disable-pip-version-check'];
    execFileSync(python, [...pip, '--target', part, `transformers==${version}`]);
    renameSync(part, folder);
  }
  return folder;
}

describe.each(LINES)('transformers %s', (version) => {
  const metadata = mkdtempSync(join(tmpdir(), 'switchyard-metadata-'));
  let results: Record<string, string | null> = {};

  beforeAll(() => {
    // The version of the extension, which that Python need not have installed.
    const info = join(metadata, 'jupyterlab_switchyard.dist-info');
    mkdirSync(info);
    writeFileSync(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: jupyterlab-switchyard\nVersion: 0.1.0\n');
    const python = torchPython();
    const env = { ...process.env, PYTHONPATH: [installed(python, version), metadata].join(delimiter) };
    const said = execFileSync(python, [CHECKS], { env, encoding: 'utf8', maxBuffer: 2 ** 26 });
    results = JSON.parse(said.trim().split('\n').at(-1)!) as typeof results;
  });

  afterAll(() => rmSync(metadata, { recursive: true }));

  test('all checks of real models hold, and every kind of router is among them', () => {
    expect(Object.keys(results)).toContain('check_every_kind_of_router_is_read_as_it_is');
    expect(Object.entries(results).filter(([, problem]) => problem !== null)).toEqual([]);
  });
});
