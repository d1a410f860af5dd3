import { choicesOf } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { tokenStrip } from '../../../extension/charts';
import { context, routing } from '../support/payloads';

test('a token has the expert and weight of its layer and choice', () => {
  const payload = routing();
  const sample = payload.data.tokens!;
  for (const [layer, choice] of [
    [0, 0],
    [2, 1]
  ]) {
    const strip = tokenStrip(payload, { ...context, layer }, choice)!;
    const chosen = choicesOf(sample.experts[layer], payload.data.layers[layer].k);
    expect(strip.tokens.map((token) => token.expert)).toEqual(chosen.map((row) => row[choice]));
    expect(strip.tokens.map((token) => token.weight)).toEqual(sample.weights[layer].map((row) => row[choice]));
  }
});

test('white space is visible and text is kept', () => {
  const payload = routing('small');
  payload.data.tokens!.text = ['a b', '\n', '\t', '', '<i>'].concat(payload.data.tokens!.text.slice(5));
  const texts = tokenStrip(payload, context)!.tokens.map((token) => token.text);
  expect(texts.slice(0, 5)).toEqual(['a·b', '⏎', '⇥', '∅', '<i>']);
});

test('a dropped token has no expert, no colour, and says so', () => {
  const payload = routing('small');
  (payload.data.tokens!.experts[0] as number[][])[0] = [-1, -1];
  const [token] = tokenStrip(payload, context)!.tokens;
  expect(token).toMatchObject({ expert: -1, background: 'transparent' });
  expect(token.description).toContain('sent to no expert');
});

test('the description names domain and all choices', () => {
  const payload = routing();
  const sample = payload.data.tokens!;
  const [best, second] = sample.experts[0][0];
  const { description } = tokenStrip(payload, context)!.tokens[0];
  expect(description).toContain(payload.data.domains[sample.domain[0]]);
  expect(description).toContain(`expert ${best} (`);
  expect(description).toContain(`expert ${second} (`);
});

test('there is no strip without a sample', () => {
  const payload = routing();
  payload.data.tokens = null;
  expect(tokenStrip(payload, context)).toBeNull();
});
