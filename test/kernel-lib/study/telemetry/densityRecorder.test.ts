import { protocol, telemetry } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const mask = (path: string, kept: number[]) =>
  ({ kind: 'mask', path, kept: Float32Array.from(kept) }) as unknown as Parameters<telemetry.DensityRecorder['observe']>[0]; // prettier-ignore

test('the share that a mask leaves stays until it changes; a layer that comes late has nothing before', () => {
  const recorder = telemetry.densityRecorder();
  expect(recorder.kinds).toEqual(['mask']);
  recorder.batch();
  recorder.observe(mask('a', [1, 1, 0, 0]));
  recorder.step(0, { loss: 3 });
  recorder.step(2, { loss: 2, rate: NaN });
  recorder.observe(mask('a', [1, 0, 0, 0]));
  recorder.observe(mask('b', [1]));
  recorder.step(3, { rate: 0.5 });
  expect(recorder.data()).toEqual({
    ...{ measure: 'density', unit: '', share: true, layers: ['a', 'b'], steps: [0, 2, 3], states: [], most: [] },
    amounts: [[0.5, 0.5, 0.25], [null, null, 1]],
    scalars: { loss: [3, 2, null], rate: [null, null, 0.5] }
  }); // prettier-ignore
});

test('steps ascend', () => {
  const recorder = telemetry.densityRecorder();
  recorder.step(3);
  expect(() => recorder.step(3)).toThrow('DensityRecorder.step: step must be an integer of at least 4, got 3');
});

test('no more scalars than a payload holds, and those that are there go on', () => {
  const recorder = telemetry.densityRecorder();
  const many = Object.fromEntries(Array.from({ length: protocol.MAX_SCALARS + 5 }, (_, i) => [`s${i}`, i]));
  recorder.step(0, many);
  recorder.step(1, many);
  const { scalars } = recorder.data();
  const names = Object.keys(scalars);
  expect(names).toEqual(Object.keys(many).slice(0, protocol.MAX_SCALARS));
  expect(scalars.s1).toEqual([1, 1]);
});
