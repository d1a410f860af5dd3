import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { checkTypeScript, judgeDevice, judgeExtension, judgeNode } from '../../kernel-lib/bin/doctor/checks.js';
import { findProject } from '../../kernel-lib/bin/support/project.js';
import { temporaryFolder } from './sandbox';

const CPU = { device: 'cpu', wheel: 'tensorflow-cpu==2.21.0', lock: 'tensorflow-cpu' } as const;
const GPU = { device: 'gpu', wheel: 'tensorflow==2.21.0', lock: 'tensorflow' } as const;
const NONE = { device: 'javascript', reason: 'no wheel' } as const;
const ran = (kind: string, loadError: string | null = null): Parameters<typeof judgeDevice>[0] => ({
  kind,
  backend: kind === 'javascript' ? 'cpu' : 'tensorflow',
  loadError,
  sum: 64 ** 3
});
const statuses = (...args: Parameters<typeof judgeDevice>): string[] =>
  judgeDevice(...args).map(({ status }) => status);

describe('judgeDevice', () => {
  it('a missing GPU is a note where none was expected, and a fault where one was', () => {
    expect(statuses(ran('cpu'), CPU, true)).toEqual(['ok', 'ok', 'note']);
    expect(statuses(ran('cpu'), GPU, true)).toEqual(['ok', 'ok', 'failed']);
    expect(statuses(ran('gpu'), GPU, true)).toEqual(['ok', 'ok']);
  });

  it('plain TensorFlow.js is a fault where the native library is meant to run, with the cause', () => {
    expect(judgeDevice(ran('javascript', 'libcuda is missing'), CPU, true)[0]).toMatchObject({
      status: 'failed',
      value: /libcuda is missing/,
      mend: /setup/
    });
    expect(judgeDevice(ran('javascript', 'x'), CPU, false)[0].value).toMatch(/not compiled/);
    expect(statuses(ran('javascript'), NONE, false)[0]).toBe('ok');
  });

  it('a wrong product is a fault', () => {
    expect(statuses({ ...ran('cpu'), sum: 3 }, CPU, true)).toEqual(['failed']);
  });
});

describe('judgeNode', () => {
  it.each([
    ['20.19.0', 'ok'],
    ['20.20.2', 'ok'],
    ['22.12.0', 'ok'],
    ['24.0.0', 'ok'],
    ['20.18.9', 'failed'],
    ['20.0.0', 'failed'],
    ['21.7.0', 'failed'],
    ['22.11.0', 'failed'],
    ['18.20.0', 'failed']
  ])('%s: %s', (version, status) => {
    expect(judgeNode(version)).toMatchObject({ status });
  });

  it('says what an older one cannot do, and which can', () => {
    expect(judgeNode('20.18.0')).toMatchObject({
      value: '20.18.0, which cannot draw the SVG pictures',
      mend: 'install Node 20.19, or 22.12 or later'
    });
  });
});

describe('checkTypeScript', () => {
  const project = findProject();

  it('says the version of the library, or the one of the folder and where it lies', () => {
    const folder = temporaryFolder();
    expect(checkTypeScript(project, folder)).toMatchObject({ status: 'ok', value: ts.version });
    const own = path.join(folder, 'node_modules', 'typescript');
    fs.mkdirSync(own, { recursive: true });
    fs.writeFileSync(path.join(own, 'package.json'), '{ "version": "5.8.99" }');
    expect(checkTypeScript(project, folder)).toMatchObject({ status: 'ok', value: `5.8.99, of ${own}` });
    // One that is too old, and what is none, are passed over.
    for (const text of ['{ "version": "4.9.5" }', '{', 'null', '{ "version": 5 }']) {
      fs.writeFileSync(path.join(own, 'package.json'), text);
      expect(checkTypeScript(project, folder)).toMatchObject({ value: ts.version });
    }
  });

  it('says where the library is not built', () => {
    expect(checkTypeScript({ library: temporaryFolder() })).toMatchObject({ status: 'failed', mend: /setup/ });
  });
});

describe('judgeExtension', () => {
  const listing = (row: string): string => `JupyterLab v4.6.6\n/x/labextensions\n        other v1 enabled OK\n${row}\n`;

  it.each([
    [
      '        jupyterlab-switchyard v0.1.0 \u001b[32menabled\u001b[0m \u001b[32mOK\u001b[0m (python, x)',
      'ok',
      /enabled/
    ],
    ['        jupyterlab-switchyard v0.1.0 disabled OK (python, x)', 'failed', /disabled/],
    ['        jupyterlab-switchyard v0.1.0 enabled  X (python, x)', 'failed', /not compatible/],
    ['', 'failed', /not installed/]
  ])('%s', (row, status, value) => {
    expect(judgeExtension(listing(row))).toMatchObject({ status, value });
  });
});
