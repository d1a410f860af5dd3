import { choicesOf } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { withFewerTokens } from '../../../../extension/charts/routing/fewerTokens';
import { routing } from '../../support/payloads';

test('a sample is cut in all its parts, and says so', () => {
  const payload = routing('finished');
  const { layers, tokens } = payload.data;
  const cut = withFewerTokens(payload, 3).data.tokens!;
  expect(cut.text).toEqual(tokens!.text.slice(0, 3));
  expect(cut.domain).toEqual(tokens!.domain.slice(0, 3));
  expect(cut.experts).toEqual(tokens!.experts.map((each, l) => choicesOf(each, layers[l].k).slice(0, 3)));
  expect(cut.weights).toEqual(tokens!.weights.map((rows) => rows.slice(0, 3)));
  expect(cut.truncated).toBe(true);
  expect(withFewerTokens(payload, tokens!.text.length)).toBe(payload);
  expect(withFewerTokens(payload)).toBe(payload);
});
