import { describe, expect, it } from 'vitest';
import { chooseTensorflow, lacksGpu } from '../../kernel-lib/bin/setup/tensorflow.js';

const LINUX = { platform: 'linux', arch: 'x64', hasDriver: false };

describe('chooseTensorflow', () => {
  it.each([
    ['no driver', LINUX, 'cpu', 'tensorflow-cpu'],
    ['a driver', { ...LINUX, hasDriver: true }, 'gpu', 'tensorflow'],
    ['a driver, overruled', { ...LINUX, hasDriver: true, wanted: 'cpu' }, 'cpu', 'tensorflow-cpu'],
    ['no driver, overruled', { ...LINUX, wanted: 'gpu' }, 'gpu', 'tensorflow'],
    ['an empty overrule', { ...LINUX, wanted: '' }, 'cpu', 'tensorflow-cpu'],
    ['ARM', { ...LINUX, arch: 'arm64' }, 'cpu', 'tensorflow']
  ])('%s', (_name, machine, device, lock) => {
    expect(chooseTensorflow(machine)).toEqual({ device, wheel: `${lock}==2.21.0`, lock });
  });

  it.each(['darwin', 'win32', 'freebsd'])('%s runs plain TensorFlow.js, and says why', (platform) => {
    const choice = chooseTensorflow({ ...LINUX, platform });
    expect(choice).toEqual({ device: 'javascript', reason: expect.stringContaining(platform) });
  });

  it('refuses another device', () => {
    expect(() => chooseTensorflow({ ...LINUX, wanted: 'tpu' })).toThrow(/must be cpu or gpu, got tpu/);
  });
});

describe('lacksGpu', () => {
  it.each([
    [{ ...LINUX, wanted: 'gpu' }, true],
    [{ ...LINUX, hasDriver: true, wanted: 'gpu' }, false],
    [{ ...LINUX, wanted: 'cpu' }, false],
    [{ ...LINUX, hasDriver: true }, false],
    [LINUX, false]
  ])('%o: %s', (machine, lacks) => {
    expect(lacksGpu(chooseTensorflow(machine), machine.hasDriver)).toBe(lacks);
  });
});
