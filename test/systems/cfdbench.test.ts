import { core, data, layers, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

describe('CFDBench', () => {
  test('[cfdbench] a lid-driven cavity of 32 x 32: walls are exact, what flows in flows out, and it settles to one vortex that turns with the lid', () => {
    const grid = 32;
    const [flow, faster] = data.cavity({ grid, lidSpeeds: [1, -2], frames: 12, interval: 0.25, viscosity: 0.02 });
    for (const { frames, lidSpeed } of [flow, faster]) {
      for (const frame of frames) {
        const at = (x: number, y: number): number[] => [frame[2 * (y * grid + x)], frame[2 * (y * grid + x) + 1]];
        for (let i = 0; i < grid; i++) {
          const sides = i === grid - 1 ? [] : [at(0, i), at(grid - 1, i)];
          expect([at(i, grid - 1), at(i, 0), ...sides]).toEqual([[lidSpeed, 0], [0, 0], ...sides.map(() => [0, 0])]); // prettier-ignore
        }
        expect(data.divergence(frame, grid)).toBeLessThan(1e-4);
      }
    }
    // At the middle of the square flow is against the lid, and that of a lid the other way is the mirror image.
    const last = flow.frames[11];
    expect(last[2 * (16 * grid + 16)]).toBeLessThan(-0.05);
    const [one, other] = data.cavity({ grid: 12, lidSpeeds: [1, -1], frames: 4 }).map(({ frames }) => frames[3]);
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 12; x++) {
        expect(Math.abs(one[2 * (y * 12 + x)] + other[2 * (y * 12 + 11 - x)])).toBeLessThan(1e-6);
      }
    }
    const change = (a: number, b: number): number => Math.hypot(...flow.frames[a].map((value, i) => value - flow.frames[b][i])); // prettier-ignore
    expect(change(11, 10)).toBeLessThan(change(2, 1) / 10);
    expect(() => data.cavity({ lidSpeeds: [1], viscosity: [1, 2] })).toThrow('data.cavity: viscosity must be of each case (1), got 2'); // prettier-ignore
    expect(() => data.cavity({ lidSpeeds: [], grid: 8 })).toThrow('data.cavity: lid speeds must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('[cfdbench] the middle lines of the steady flow at a Reynolds number of 100 is that of Ghia, Ghia and Shin (1982)', () => {
    const grid = 33;
    const [{ frames }] = data.cavity({ grid, lidSpeeds: [1], viscosity: 0.01, frames: 2, interval: 10 });
    const u = (row: number): number => frames[1][2 * (row * grid + 16)];
    // At heights of 0.5, 0.1719 and 0.7344, of a grid of 129.
    expect(Math.abs(u(16) + 0.2058)).toBeLessThan(0.02);
    expect(Math.abs(0.5 * u(5) + 0.5 * u(6) + 0.1015)).toBeLessThan(0.02);
    expect(Math.abs(0.5 * u(23) + 0.5 * u(24) - 0.0033)).toBeLessThan(0.03);
    // Flow up and down at 0.2344 and 0.8047 of the width: it is carried to the right.
    const v = (column: number): number => frames[1][2 * (16 * grid + column) + 1];
    expect(Math.abs(0.5 * v(7) + 0.5 * v(8) - 0.1753)).toBeLessThan(0.02);
    expect(Math.abs(0.25 * v(25) + 0.75 * v(26) + 0.2453)).toBeLessThan(0.02);
  });

  test('[cfdbench] a tube of 33 x 33 at a Reynolds number of 10: it leaves as a parabola, half as fast again in the middle as it came', () => {
    const grid = 33;
    const [{ frames }] = data.tube({ grid, inletSpeeds: [1], viscosity: 0.1, frames: 5, interval: 0.5 });
    const u = (x: number, y: number): number => frames[4][2 * (y * grid + x)];
    [1, 4, 8, 12, 16].forEach((y) => expect(Math.abs(u(30, y) - 6 * (y / 32) * (1 - y / 32))).toBeLessThan(0.015));
    expect(data.divergence(frames[4], grid)).toBeLessThan(1e-4);
    // It settles, and the middle line is faster column by column.
    const change = (a: number, b: number): number => Math.hypot(...frames[a].map((value, i) => value - frames[b][i]));
    expect(change(4, 3)).toBeLessThan(change(1, 0) / 100);
    [0, 4, 8, 16, 24].forEach((x, i, all) => i > 0 && expect(u(x, 16)).toBeGreaterThan(u(all[i - 1], 16)));
  });

  test('[cfdbench] a cylinder between two walls: at rest on it, what flows in flows out, faster beside it and slower behind; its wake turns back from a Reynolds number of some 10 on, and is longer the larger that is', () => {
    const grid = 33;
    const [middle, nose, back] = [16, 7, 16];
    const wakes = [0.25, 0.0125, 0.00625].map((viscosity) => {
      const [{ frames, solid, diameter }] = data.cylinder({
        grid,
        inletSpeeds: [1],
        viscosity,
        frames: 5,
        interval: 0.5
      });
      const at = (frame: Float32Array, x: number, y: number): [number, number] => [frame[2 * (y * grid + x)], frame[2 * (y * grid + x) + 1]]; // prettier-ignore
      const last = frames[4];
      expect(solid.reduce((sum, each) => sum + each) / ((grid - 1) ** 2 * Math.PI * (diameter / 2) ** 2)).toBeCloseTo(
        1,
        0
      );
      expect([solid[middle * grid + nose], solid[middle * grid + nose + 1], solid[middle * grid + back - 1]]).toEqual([0, 1, 1]); // prettier-ignore
      frames.forEach((frame) => {
        solid.forEach((each, i) => each === 1 && expect([frame[2 * i], frame[2 * i + 1]]).toEqual([0, 0]));
        expect(data.divergence(frame, grid, solid)).toBeLessThan(1e-4);
      });
      // Up and down are alike, and as much leaves each column as enters, but for what is within a point of the walls.
      for (let y = 0; y < grid; y++) {
        for (let x = 0; x < grid; x++) {
          const [[u, v], [other, down]] = [at(last, x, y), at(last, x, grid - 1 - y)];
          expect(Math.abs(u - other) + Math.abs(v + down)).toBeLessThan(1e-6);
        }
      }
      const column = (x: number): number[] => Array.from({ length: grid }, (_, y) => at(last, x, y)[0]);
      [4, 11, 22, 30].forEach((x) => expect(Math.abs(column(x).reduce((sum, u) => sum + u) / (grid - 1) - 1)).toBeLessThan(0.03)); // prettier-ignore
      // Without friction it is alike before and behind: no drag. With it the middle is slower behind, which is the drag.
      const along = (frame: Float32Array, steps: number): [number, number] => [at(frame, nose - steps, middle)[0], at(frame, back - 1 + steps, middle)[0]]; // prettier-ignore
      const [before, behind] = along(frames[0], 3);
      expect(Math.abs(before - behind)).toBeLessThan(0.05);
      expect(along(last, 4)[0] - along(last, 4)[1]).toBeGreaterThan(0.1);
      expect(Math.max(...column(11))).toBeGreaterThan(1.5);
      const change = (a: number, b: number): number => Math.hypot(...frames[a].map((value, i) => value - frames[b][i]));
      expect(change(4, 3)).toBeLessThan(change(1, 0) / 50);
      // Points of the middle line that flow back.
      return column(0).map((_, x) => at(last, x, middle)[0]).filter((u, x) => x >= back && u < 0).length; // prettier-ignore
    });
    expect(wakes[0]).toBe(0);
    expect(wakes[1]).toBeGreaterThan(0);
    expect(wakes[2]).toBeGreaterThan(wakes[1] + 3);
    expect(() => data.cylinder({ inletSpeeds: [1], diameter: 0.6 })).toThrow('data.cylinder: diameter must be a number 0.05..0.5, got 0.6'); // prettier-ignore
    expect(() => data.cylinder({ inletSpeeds: [1], diameter: [0.2, 0.3] })).toThrow('data.cylinder: diameter must be of each case (1), got 2'); // prettier-ignore
  });

  test('[cfdbench] errors of a rollout by hand, and those of a small convolutional surrogate: they grow with the steps, and are larger of a lid that is faster than those it saw', () => {
    const frames = [[1, 1], [2, 2], [4, 4]].map((row) => Float32Array.from(row)); // prettier-ignore
    // It adds 1: 2, then 3 for 4.
    expect(data.rolloutErrors((frame) => frame.map((value) => value + 1), frames)).toEqual([0, 0.25]);
    expect(() => data.rolloutErrors((frame) => frame, frames.slice(0, 1))).toThrow('data.rolloutErrors: frames must be an integer of at least 2, got 1'); // prettier-ignore
    expect(() => data.rolloutErrors(() => [1], frames)).toThrow('data.rolloutErrors: values of what is made must be an integer 2..2, got 1'); // prettier-ignore
    const grid = 16;
    const flows = data.cavity({ grid, lidSpeeds: [0.6, 0.8, 1.2, 1, 3], frames: 13, interval: 0.1 });
    const [seen, held, unseen] = [flows.slice(0, 3), flows[3], flows[4]];
    const random = core.Random.fromSeed(2);
    const net = new layers.Sequential([
      new layers.Conv2d({ inputs: 2, outputs: 8, size: 5, random: random.child('first') }),
      new layers.Conv2d({ inputs: 8, outputs: 2, size: 3, random: random.child('second') })
    ]);
    const [first, second] = [...net.children.values()];
    const next = (x: tf.Tensor, ctx: core.Context): tf.Tensor => x.add(second.apply(first.apply(x, ctx).tanh(), ctx));
    const batch = (from: number): tf.Tensor => tf.tensor4d(Float32Array.from(seen.flatMap(({ frames: all }) => all.slice(from, from + 12).flatMap((frame) => [...frame]))), [36, grid, grid, 2]); // prettier-ignore
    const [x, y] = [batch(0), batch(1)];
    const loss = (_model: core.Module, _step: number, ctx: core.Context): tf.Scalar => next(x, ctx).sub(y).square().mean<tf.Scalar>().mul(100); // prettier-ignore
    const task = { kind: 'frames', fixed: {}, batch: (step: number) => step, loss };
    const stepper = train.stepper(net, task, { steps: 150, learningRate: 0.01, weightDecay: 0, warmup: 0, schedule: 'constant' }); // prettier-ignore
    while (stepper.steps < 150) {
      stepper.step();
    }
    stepper.dispose();
    const errors = (frames: Float32Array[]): number[] => data.rolloutErrors((frame) => tf.tidy(() => next(tf.tensor4d(frame, [1, grid, grid, 2]), core.Context.create()).dataSync<'float32'>().slice() as never) as Float32Array, frames); // prettier-ignore
    const [known, unknown] = [errors(held.frames), errors(unseen.frames)];
    expect(known[11]).toBeGreaterThan(2 * known[0]);
    expect(unknown[11]).toBeGreaterThan(1.3 * known[11]);
    [x, y, net].forEach((each) => each.dispose());
  });
});
