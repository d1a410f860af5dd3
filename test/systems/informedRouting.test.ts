import { adaptive, core, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeTokens, outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { mean } from '../support/regression';

const { Context, Random } = core;

describe('[informed-routing]', () => {
  test('where the unit is linear a forecaster of full rank is exact: approximating is executing', () => {
    const width = 8;
    const unit = new layers.FeedForward({ width, hidden: 32, activation: 'relu', bias: false, random: Random.fromSeed(1) }); // prettier-ignore
    // No value below 0 reaches the relu.
    unit.parameters().forEach((parameter) => {
      const positive = tf.abs(parameter.variable);
      parameter.assign(positive);
      positive.dispose();
    });
    const inputs = tf.tidy(() => makeTokens(100, width).abs());
    const layer = adaptive.tokenRoute(unit, { block: 0, policy: 'executeOrApproximate', inputs, rank: width });
    const out = [0, 1].map((choice) => {
      const ctx = Context.create();
      ctx.setState(adaptive.PATHS, tf.fill([100, 1], choice, 'int32'));
      const values = tf.tidy(() => layer.apply(inputs, ctx).dataSync());
      ctx.dispose();
      return values;
    });
    expectClose(out[0], out[1], 1e-3);
    expectClose(out[1], tf.tidy(() => unit.apply(inputs, Context.create()).dataSync()), 1e-6); // prettier-ignore
    inputs.dispose();
    [layer, unit].forEach((module) => module.dispose());
  });

  test('a token that is not executed gets the best linear forecast of the rank, or nothing', () => {
    const width = 8;
    const unit = new layers.FeedForward({ width, hidden: 32, activation: 'relu', bias: false, random: Random.fromSeed(1) }); // prettier-ignore
    const inputs = makeTokens(200, width);
    const executed = outputOf(unit, inputs);
    /** Mean square of what a token lacks that is not executed, or that is. */
    const lack = (policy: adaptive.TokenPolicy, rank: number, choice: number): number => {
      const layer = adaptive.tokenRoute(unit, { block: 0, policy, inputs, rank });
      const ctx = Context.create();
      ctx.setState(adaptive.PATHS, tf.fill([200, 1], choice, 'int32'));
      const values = tf.tidy(() => layer.apply(inputs, ctx).dataSync());
      ctx.dispose();
      return mean(Array.from(executed, (value, i) => (value - values[i]) ** 2));
    };
    expect(lack('executeOrApproximate', 2, 1)).toBeLessThan(1e-9);
    const [skipped, ...forecasts] = [
      lack('executeOrSkip', 2, 0),
      ...[2, 4, width].map((rank) => lack('executeOrApproximate', rank, 0))
    ];
    expect(skipped).toBeCloseTo(mean(Array.from(executed, (value) => value ** 2)), 6);
    // A forecast of higher rank lacks less on what it was fitted to, and each less than none.
    expect(forecasts[0]).toBeLessThan(skipped);
    expect(forecasts[1]).toBeLessThan(forecasts[0]);
    expect(forecasts[2]).toBeLessThan(forecasts[1]);
    inputs.dispose();
    unit.dispose();
  });
});
