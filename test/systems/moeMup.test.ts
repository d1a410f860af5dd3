import { type models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { buildChain, makeChain } from '../support/chain';
import { valuesOf } from '../support/networks';
import { expectNoLeak } from '../support/numeric';

const BASE = 32;

describe('[moe-mup]', () => {
  test('at the base width nothing changes; wider, initial values and rates go by the part', () => {
    expectNoLeak(() => {
      const same = train.muP({ build: buildChain(1), width: BASE, baseWidth: BASE });
      const usual = buildChain(1)(BASE);
      expect(valuesOf(same.model)).toEqual(valuesOf(usual));
      expect(new Set(same.rates.values())).toEqual(new Set([1]));
      const { model, rates, report } = train.muP({ build: buildChain(1), width: 4 * BASE, baseWidth: BASE });
      const deviation = (of: models.Transformer, path: string) =>
        tf.tidy(() => of.parameters().get(path)!.variable.square().mean().sqrt().dataSync()[0]);
      const grown = (path: string) => [
        report[path].role,
        rates.get(path),
        deviation(model, path) / deviation(usual, path)
      ];
      const closeTo = (value: number) => expect.closeTo(value, 5) as number;
      for (const path of ['attention.qkv.weight', 'moe.experts.w1', 'moe.experts.w2']) {
        expect(grown(`layers.0.${path}`)).toEqual(['hidden', 1 / 4, closeTo(1 / 2)]);
      }
      ['layers.0.moe.router.weight', 'head.weight'].forEach((path) =>
        expect(grown(path)).toEqual(['output', 1 / 4, closeTo(1 / 4)])
      );
      ['tokens.weight', 'positions.weight', 'norm.weight'].forEach((path) =>
        expect(grown(path)).toEqual(['input', 1, closeTo(1)])
      );
      [same.model, usual, model].forEach((each) => each.dispose());
    });
  });

  test('rates must name parameters', () => {
    const model = buildChain(1)(BASE);
    const rates = new Map([['layers.9', 1]]);
    expect(() => train.fit(model, makeChain(1), { steps: 1, rates })).toThrow(
      "train.fit: rates must name the model's parameters, got layers.9"
    );
    model.dispose();
  });
});
