import { parsePayload } from '@switchyard/kernel-lib/protocol';
import type { LayerRouting, Payload, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { filled, lacking } from '../../../../extension/charts/routing/filled';
import { kindOf } from '../../../../extension/kinds';
import { asDetails, kind, routing, training } from '../../support/payloads';

/** A snapshot as of a run that is too large: without what its kernel still knows. */
function bare(payload = routing('finished')): RoutingPayload {
  const { layers, history } = payload.data;
  const cut = ({
    classLoad: _,
    topTokens: __,
    transitions: ___,
    meanWeight: ____,
    ...layer
  }: LayerRouting): LayerRouting => ({
    ...layer,
    experts: [],
    importance: [],
    domainLoad: [],
    coActivation: null
  });
  return {
    ...payload,
    data: {
      layers: layers.map(cut),
      history: { ...history, loadSteps: [], load: layers.map(() => []) },
      tokens: null,
      domains: payload.data.domains
    }
  };
}

test('what a snapshot lacks is put in, and its own numbers stay', () => {
  const details = routing('finished');
  const snapshot = bare();
  const layer = snapshot.data.layers[1];
  layer.load = [...layer.load].reverse();
  layer.maxVio = 0.123;
  const before = structuredClone(snapshot);
  const full = filled(snapshot, asDetails(details));
  expect(snapshot).toEqual(before);
  expect(full.data.layers[1]).toEqual({ ...details.data.layers[1], load: layer.load, maxVio: 0.123 });
  expect(full.data.layers[0]).toEqual(details.data.layers[0]);
  expect(full.data.history).toEqual(details.data.history);
  expect(full.data.tokens).toEqual(details.data.tokens);
  expect(full.data.tokenClasses).toEqual(details.data.tokenClasses);
  expect(parsePayload(full)).toBe(full);
});

test('a snapshot that lacks nothing, and one of another run or shape, stay the same object', () => {
  const whole = routing('finished');
  expect(filled(whole, asDetails(routing('finished')))).toBe(whole);
  const snapshot = bare();
  expect(filled(snapshot, asDetails({ ...routing('finished'), runId: 'another' }))).toBe(snapshot);
  const fewer = routing('finished');
  fewer.data.layers.pop();
  expect(filled(snapshot, asDetails(fewer))).toBe(snapshot);
});

test('a sample is made longer by one that begins with it, and kept where another text came', () => {
  const details = routing('finished');
  const cut = (text: string[]): RoutingPayload => {
    const payload = routing('finished');
    const tokens = payload.data.tokens!;
    payload.data.tokens = { ...tokens, text, domain: tokens.domain.slice(0, text.length), truncated: true };
    return payload;
  };
  const begun = cut(details.data.tokens!.text.slice(0, 3));
  expect(filled(begun, asDetails(details)).data.tokens).toBe(details.data.tokens);
  const other = cut(['another', 'text']);
  expect(filled(other, asDetails(details)).data.tokens).toBe(other.data.tokens);
});

test('only what a kernel may know is missed', () => {
  expect(lacking(bare(), 0)).toBe(bare().data.layers[0].path);
  const whole = routing('finished');
  expect(whole.data.layers.map((_, i) => lacking(whole, i))).toEqual(whole.data.layers.map(() => null));
  expect(lacking(whole, whole.data.layers.length)).toBeNull();
  const fields: [keyof LayerRouting, unknown][] = [
    ['coActivation', null],
    ['importance', []],
    ['experts', []],
    ['transitions', undefined]
  ];
  for (const [field, value] of fields) {
    const payload = routing('finished');
    Object.assign(payload.data.layers[0], { [field]: value });
    expect([field, lacking(payload, 0), lacking(payload, 1)]).toEqual([field, payload.data.layers[0].path, null]);
  }
  const single = routing('finished');
  Object.assign(single.data.layers[0], { k: 1, coActivation: null });
  expect(lacking(single, 0)).toBeNull();
  expect(kindOf(training() as Payload).details).toBeUndefined();
  expect(kindOf(kind('pareto') as Payload).details).toBeUndefined();
});
