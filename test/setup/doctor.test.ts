import { describe, expect, it } from 'vitest';
import { judgeDevice, judgeExtension } from '../../kernel-lib/bin/doctor/checks.js';

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
