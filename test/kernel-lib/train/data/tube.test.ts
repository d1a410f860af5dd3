import { data } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const grid = 17;
const at = (frame: Float32Array, x: number, y: number): number[] => [...frame.subarray(2 * (y * grid + x), 2 * (y * grid + x) + 2)]; // prettier-ignore

test('walls rest, the inlet has its speed, the first frame has it everywhere, and what flows in flows out', () => {
  const [{ frames }] = data.tube({ grid, inletSpeeds: [1.5], frames: 4 });
  for (const frame of frames) {
    for (let i = 0; i < grid; i++) {
      expect([at(frame, i, 0), at(frame, i, grid - 1)]).toEqual([[0, 0], [0, 0]]); // prettier-ignore
      expect(at(frame, 0, i)).toEqual([i === 0 || i === grid - 1 ? 0 : 1.5, 0]);
    }
    expect(data.divergence(frame, grid)).toBeLessThan(1e-4);
  }
  for (let x = 1; x < grid; x++) {
    expect(Math.abs(at(frames[0], x, 8)[0] - 1.5)).toBeLessThan(1e-6);
  }
});

test('far from the inlet the steady flow is a parabola of the same mean, sooner where it is viscous; both halves are mirror images', () => {
  const [thick, thin] = data.tube({ grid, inletSpeeds: [1, 1], viscosity: [0.2, 0.02], frames: 5, interval: 0.5 }).map(({ frames }) => frames[4]); // prettier-ignore
  for (let y = 1; y < grid - 1; y++) {
    const height = y / (grid - 1);
    expect(Math.abs(at(thick, grid - 1, y)[0] - 6 * height * (1 - height))).toBeLessThan(0.05);
    for (let x = 0; x < grid; x++) {
      const [below, above] = [at(thin, x, y), at(thin, x, grid - 1 - y)];
      expect(Math.abs(below[0] - above[0])).toBeLessThan(1e-5);
      expect(Math.abs(below[1] + above[1])).toBeLessThan(1e-5);
    }
  }
  // At the middle of the inlet's next column flow is still even where it is thin.
  expect(at(thin, 8, 8)[0]).toBeLessThan(at(thick, 8, 8)[0] - 0.1);
});

test('twice the speed and the viscosity in half of the time is the same flow, twice as fast', () => {
  const [slow] = data.tube({ grid: 9, inletSpeeds: [1], viscosity: 0.05, frames: 3, interval: 0.2 });
  const [fast] = data.tube({ grid: 9, inletSpeeds: [2], viscosity: 0.1, frames: 3, interval: 0.1 });
  slow.frames.forEach((frame, i) => frame.forEach((value, k) => expect(Math.abs(2 * value - fast.frames[i][k])).toBeLessThan(1e-5))); // prettier-ignore
  expect([fast.inletSpeed, fast.viscosity, fast.interval, fast.grid]).toEqual([2, 0.1, 0.1, 9]);
});

test('what is refused', () => {
  expect(() => data.tube({ inletSpeeds: [0] })).toThrow('data.tube: inletSpeeds must be a number of at least 0.000001, got 0'); // prettier-ignore
  expect(() => data.tube({ inletSpeeds: [] })).toThrow(
    'data.tube: inlet speeds must be an integer of at least 1, got 0'
  );
  expect(() => data.tube({ inletSpeeds: [1], viscosity: [1, 2] })).toThrow('data.tube: viscosity must be of each case (1), got 2'); // prettier-ignore
  expect(() => data.tube({ grid: 3, inletSpeeds: [1] })).toThrow('data.tube: grid must be an integer of at least 4, got 3'); // prettier-ignore
});
