import { core, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';

const { Random } = core;

describe('Random', () => {
  test('the same key gives the same numbers, another key others', () => {
    const draw = (random: core.Random) => Array.from(tf.tidy(() => random.normal([8]).dataSync()));
    const key = Random.fromSeed(7).child('router').child(3);
    expect(draw(key)).toEqual(draw(Random.fromSeed(7).child('router').child(3)));
    expect(draw(key)).not.toEqual(draw(Random.fromSeed(7).child('router').child(4)));
    expect(draw(key)).not.toEqual(draw(Random.fromSeed(8).child('router').child(3)));
  });

  test('normal has the mean and deviation it is asked for', () => {
    const [mean, deviation] = tf.tidy(() => {
      const { mean, variance } = tf.moments(Random.fromSeed(1).normal([100_000], 3, 2));
      return [mean.dataSync()[0], Math.sqrt(variance.dataSync()[0])];
    });
    expect(mean).toBeCloseTo(3, 1);
    expect(deviation).toBeCloseTo(2, 1);
  });

  test('shuffle is a permutation that depends on the key', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = Random.fromSeed(1).shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled).not.toEqual(Random.fromSeed(2).shuffle(items));
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });

  test('sibling generators are uncorrelated', () => {
    const a = Random.fromSeed(0).child(0).generator();
    const b = Random.fromSeed(0).child(1).generator();
    let sum = 0;
    for (let i = 0; i < 10_000; i++) {
      sum += (a() - 0.5) * (b() - 0.5);
    }
    expect(Math.abs(sum / 10_000)).toBeLessThan(0.003);
  });

  test('a seed must be a whole number', () => {
    expect(() => Random.fromSeed(-1)).toThrow('Random.fromSeed: seed must be an integer 0..9007199254740991, got -1');
    expect(() => Random.fromSeed(1.5)).toThrow('got 1.5');
  });

  test('drawing leaves only the result behind', () => {
    expectNoLeak(() => Random.fromSeed(0).uniform([3]), 1);
  });
});
