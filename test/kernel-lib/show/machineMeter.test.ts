import { afterEach, expect, test, vi } from 'vitest';
import { MachineMeter } from '../../../kernel-lib/src/show/machineMeter';

afterEach(() => vi.restoreAllMocks());

test('speeds are of the step alone, of tokens where it is of text, and the memory is that of the process', () => {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(250e6);
  const meter = new MachineMeter();
  expect(meter.step()).toEqual({ 'machine/memory [MB]': 250 });
  meter.batch({ tokens: new Int32Array(96), batchSize: 4, length: 8, domains: new Int32Array(4) });
  now += 500;
  expect(meter.step()).toEqual({
    'machine/memory [MB]': 250,
    'machine/steps per second': 2,
    'machine/tokens per second': 64
  });
  // Whatever happens between two steps.
  now += 60_000;
  meter.batch(null);
  now += 250;
  expect(meter.step()).toEqual({ 'machine/memory [MB]': 250, 'machine/steps per second': 4 });
});
