import { readFileSync } from 'fs';
import { join } from 'path';
import { layers } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

/** Written by make_rotary.py. */
const { cases } = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'rotary.json'), 'utf8')) as {
  cases: { rope: Record<string, never>; frequencies: number[]; scale: number }[];
};

function scalingOf({ rope, scale }: (typeof cases)[number]): layers.RotaryScaling {
  const { rope_type: kind, factor, original_max_position_embeddings: context, truncate } = rope;
  const { low_freq_factor: lowFactor, high_freq_factor: highFactor, beta_fast: betaFast, beta_slow: betaSlow } = rope;
  return { kind, factor, lowFactor, highFactor, betaFast, betaSlow, context, truncate, attentionFactor: scale };
}

test.each(cases)('frequencies of $rope are those of transformers', (item) => {
  const found = layers.rotaryFrequencies(64, { theta: item.rope.rope_theta, scaling: scalingOf(item) });
  expect(found).toHaveLength(32);
  found.forEach((frequency, i) => expect(Math.abs(frequency / item.frequencies[i] - 1)).toBeLessThan(1e-5));
});
