import { describe, expect, it } from 'vitest';
import { chooseTensorflow } from '../../kernel-lib/bin/setup/tensorflow.js';

const LINUX = { platform: 'linux', arch: 'x64', hasDriver: false };

describe('chooseTensorflow', () => {
  it.each([
    ['no driver', LINUX, 'cpu', 'tensorflow-cpu==2.21.0'],
    ['a driver', { ...LINUX, hasDriver: true }, 'gpu', 'tensorflow==2.21.0'],
    ['a driver, overruled', { ...LINUX, hasDriver: true, wanted: 'cpu' }, 'cpu', 'tensorflow-cpu==2.21.0'],
    ['no driver, overruled', { ...LINUX, wanted: 'gpu' }, 'gpu', 'tensorflow==2.21.0'],
    ['an empty overrule', { ...LINUX, wanted: '' }, 'cpu', 'tensorflow-cpu==2.21.0'],
    ['ARM', { ...LINUX, arch: 'arm64' }, 'cpu', 'tensorflow==2.21.0']
  ])('%s', (_name, machine, device, wheel) => {
    expect(chooseTensorflow(machine)).toEqual({ device, wheel });
  });

  it.each(['darwin', 'win32', 'freebsd'])('%s runs plain TensorFlow.js, and says why', (platform) => {
    const choice = chooseTensorflow({ ...LINUX, platform });
    expect(choice).toEqual({ device: 'javascript', reason: expect.stringContaining(platform) });
  });

  it('refuses another device', () => {
    expect(() => chooseTensorflow({ ...LINUX, wanted: 'tpu' })).toThrow(/must be cpu or gpu, got tpu/);
  });
});
