import { data } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('a cavity at rest stays at rest, and the first frame has the lid alone', () => {
  const [still, moved] = data.cavity({ grid: 5, lidSpeeds: [0, 2], frames: 2 });
  expect(still.frames.every((frame) => frame.every((value) => Math.abs(value) === 0))).toBe(true);
  expect(Array.from(moved.frames[0]).flatMap((value, i) => (value === 0 ? [] : [[i, value]]))).toEqual([40, 42, 44, 46, 48].map((i) => [i, 2])); // prettier-ignore
  expect(() => data.cavity({ grid: 3, lidSpeeds: [1] })).toThrow(
    'data.cavity: grid must be an integer of at least 4, got 3'
  );
});

test('divergence of a frame by hand, and errors of a rollout', () => {
  // Velocities to the right that grow by 0.5 a column, on a grid of spacing a half.
  const frame = Float32Array.from({ length: 18 }, (_, i) => (i % 2 === 0 ? ((i / 2) % 3) * 0.5 : 0));
  expect(data.divergence(frame, 3)).toBeCloseTo(1, 6);
  expect(() => data.divergence(frame, 4)).toThrow(
    'data.divergence: values of the frame must be an integer 32..32, got 18'
  );
  const frames = [[1, 1], [2, 2], [4, 4]].map((row) => Float32Array.from(row)); // prettier-ignore
  expect(data.rolloutErrors((from) => from.map((value) => value + 1), frames)).toEqual([0, 0.25]);
});
