import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findProject } from '../../kernel-lib/bin/support/project.js';
import { exportCrate } from '../../kernel-lib/bin/commands/export.js';
import { printable } from '../../kernel-lib/bin/support/printable.js';
import { printed } from './printed';
import { RECORD } from './record';
import { temporaryFolder } from './sandbox';

const MIME = 'application/vnd.switchyard.environment.v1+json';
const FILE = 'step-00000006.safetensors';

let top = '';
let folder = '';

beforeEach(() => {
  top = temporaryFolder();
  folder = path.join(top, 'work');
  fs.mkdirSync(folder);
});

/** A folder with a checkpoint; `file`: what its index names. */
function checkpoint(place: string, file: unknown = FILE, step: unknown = 6): void {
  fs.mkdirSync(place, { recursive: true });
  fs.writeFileSync(
    path.join(place, 'checkpoint.json'),
    JSON.stringify({ format: 'switchyard-checkpoint-1', file, step })
  );
  fs.writeFileSync(path.join(place, FILE), 'tensors');
}

/** Exports a notebook whose code names these folders; the crate's files but the notebook, and what was printed. */
async function exported(names: string[], options: string[] = []): Promise<{ files: string[]; said: string }> {
  const record = { output_type: 'display_data', metadata: {}, data: { [MIME]: RECORD, 'text/plain': '' } };
  const source = names.map((name) => `train(${JSON.stringify(name)});`).join('\n');
  const cell = { cell_type: 'code', metadata: {}, source, outputs: [record], execution_count: 1 };
  const notebook = path.join(folder, 'run.ipynb');
  fs.writeFileSync(notebook, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell] }));
  const out = path.join(top, 'crate');
  const said = await printed(() => exportCrate(findProject(), [notebook, '-o', out, ...options]));
  const files = fs.readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const own = ['run.ipynb', 'environment.json', 'ro-crate-metadata.json'];
  const paths = files.map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)));
  return { files: paths.filter((name) => !own.includes(name)).sort(), said };
}

describe('switchyard export', () => {
  it('takes the checkpoints that the code names in the folder of the notebook', async () => {
    checkpoint(path.join(folder, 'runs/a'));
    checkpoint(path.join(folder, 'b'));
    const { files } = await exported(['runs/a', path.join(folder, 'b'), 'runs/none', 'a\0b']);
    expect(files).toEqual(['b/checkpoint.json', `b/${FILE}`, 'runs/a/checkpoint.json', `runs/a/${FILE}`]);
  });

  it.each([
    ['by an absolute path', () => path.join(top, 'private')],
    ['by ..', () => '../private'],
    ['by a link', () => 'link']
  ])('leaves out a folder elsewhere that the code names %s, and says so', async (_how, name) => {
    checkpoint(path.join(top, 'private'));
    fs.symlinkSync(path.join(top, 'private'), path.join(folder, 'link'));
    const { files, said } = await exported([name()]);
    expect(files).toEqual([]);
    expect(said).toMatch(/(private|link) is named and lies elsewhere: `-c .*` takes it too/);
  });

  it('takes it where the user asks for it', async () => {
    checkpoint(path.join(top, 'private'));
    const { files } = await exported(['../private'], ['-c', path.join(top, 'private')]);
    expect(files).toEqual(['checkpoints/private/checkpoint.json', `checkpoints/private/${FILE}`]);
  });

  it.each([
    ['the tensors', FILE],
    ['the index', 'checkpoint.json']
  ])('follows no link in place of %s', async (_what, name) => {
    checkpoint(path.join(folder, 'run'));
    fs.renameSync(path.join(folder, 'run', name), path.join(top, 'secret'));
    fs.symlinkSync(path.join(top, 'secret'), path.join(folder, 'run', name));
    expect((await exported(['run'])).files).toEqual([]);
    fs.rmSync(path.join(top, 'crate'), { recursive: true });
    await expect(exported([], ['-c', path.join(folder, 'run')])).rejects.toThrow(/holds no whole checkpoint/);
  });

  it('waits for no pipe in place of the tensors', async () => {
    checkpoint(path.join(folder, 'run'));
    fs.rmSync(path.join(folder, 'run', FILE));
    execFileSync('mkfifo', [path.join(folder, 'run', FILE)]);
    expect((await exported(['run'])).files).toEqual([]);
  });

  it.each(['id_rsa', `../${FILE}`, '.env', `x/${FILE}`, null, 7, `${FILE}\n`])(
    'takes no tensors named %j',
    async (name) => {
      checkpoint(path.join(folder, 'run'), name);
      fs.writeFileSync(path.join(folder, 'run', 'id_rsa'), 'secret');
      fs.writeFileSync(path.join(folder, 'run', '.env'), 'secret');
      expect((await exported(['run'])).files).toEqual([]);
    }
  );

  it('prints no control character of a name, nor of a step', async () => {
    checkpoint(path.join(folder, 'run'), FILE, '6\u001b]0;owned\u0007');
    const evil = 'evil\u001b]0;owned\u0007\u009b2J\u202e';
    checkpoint(path.join(folder, evil));
    const { said } = await exported(['run', evil]);
    expect(said).toContain('evil\\u001b]0;owned\\u0007\\u009b2J\\u202e (step 6)');
    expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

describe('printable', () => {
  it('keeps lines, tabs and colours, and nothing else that a terminal obeys', () => {
    expect(printable('a\tb\n\u001b[31mred\u001b[0m é 字')).toBe('a\tb\n\u001b[31mred\u001b[0m é 字');
    expect(printable('\r\u001b[2J\u001b]52;c;aGk=\u0007\b\u0000')).toBe(
      '\\u000d\\u001b[2J\\u001b]52;c;aGk=\\u0007\\u0008\\u0000'
    );
  });
});
