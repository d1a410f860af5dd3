import { readFileSync } from 'fs';
import { join } from 'path';
import { core, tf, train } from '@switchyard/kernel-lib';
import { afterEach, describe, expect, test } from 'vitest';
import { unpack, type PackedTensor } from './fixture';

/** Values after each update, a column for each magnitude of the gradient. */
interface Run {
  name: string;
  options: train.AdamWOptions & { learningRate: number };
  start: PackedTensor;
  gradients: PackedTensor;
  values: PackedTensor;
}

const text = readFileSync(join(__dirname, 'fixtures', 'adamw.json'), 'utf8');
const { cases } = JSON.parse(text) as { cases: Run[] };

/** The values after each update, [updates, values]. */
function valuesOf({ options, start, gradients }: Run): Float32Array[] {
  const parameter = new core.Parameter(unpack(start), { axes: [core.Axis.of('n', start.values.length)] });
  const optimizer = new train.AdamW(new Map([['w', parameter]]), options);
  const out = tf.tidy(() =>
    unpack(gradients)
      .unstack()
      .map((gradient) => {
        optimizer.update(new Map([['w', gradient]]), { learningRate: options.learningRate, scale: 1 });
        return parameter.variable.dataSync<'float32'>().slice();
      })
  );
  optimizer.dispose();
  parameter.dispose();
  return out;
}

describe.each(['tensorflow', 'cpu'])('AdamW on the backend "%s"', (backend) => {
  const before = tf.getBackend();
  afterEach(async () => {
    await tf.setBackend(before);
  });

  test.each(cases)('moves values as PyTorch does, by gradients of 1e-12 to 1e12: $name', async (run) => {
    expect(await tf.setBackend(backend)).toBe(true);
    const count = run.start.values.length;
    const ours = valuesOf(run);
    const wrong: string[] = [];
    for (let column = 0; column < count; column++) {
      const theirs = ours.map((_, update) => run.values.values[update * count + column]);
      // Of the furthest that a value gets: each column for itself, for tiny gradients move little.
      const tolerance = 5e-5 * Math.max(...theirs.map(Math.abs));
      theirs.forEach((want, update) => {
        if (!(Math.abs(ours[update][column] - want) <= tolerance)) {
          wrong.push(
            `gradient ${run.gradients.values[column]}, update ${update + 1}: ${ours[update][column]}, not ${want}`
          );
        }
      });
    }
    expect(wrong).toEqual([]);
  });
});
