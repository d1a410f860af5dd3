import type { RoutingData } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { HEALTH_LIMITS } from '../../../../extension/base/health';
import { deadExperts, effectiveExperts, routingHealth } from '../../../../extension/charts/routing/routingHealth';
import { routing } from '../../support/payloads';

const FAIR = [0.25, 0.25, 0.25, 0.25];
const TWO = [0.5, 0.5, 0, 0];

/** A layer of 4 experts, 2 for a token, whose load was these over the steps 1, 2, 4, ... */
function history(...loads: number[][]): RoutingData {
  const { data } = routing('small');
  const [layer] = data.layers;
  const steps = loads.map((_, i) => 2 ** i);
  return {
    ...data,
    layers: [{ ...layer, numExperts: 4, k: 2, load: loads[loads.length - 1], dropped: 0 }],
    history: { ...data.history, loadSteps: steps, load: [loads] }
  };
}

test('effective experts are the exponential of the entropy of the load, and dead ones got nothing where others did', () => {
  expect(effectiveExperts(FAIR)).toBeCloseTo(4, 12);
  expect(effectiveExperts(TWO)).toBeCloseTo(2, 12);
  expect(effectiveExperts([0.5, 0.25, 0.25, 0])).toBeCloseTo(2 ** 1.5, 12);
  expect(effectiveExperts([0, 0])).toBeNull();
  expect([deadExperts(TWO), deadExperts(FAIR), deadExperts([0, 0])]).toEqual([2, 0, 0]);
});

test('a layer whose tokens all go to the same k experts has collapsed, since the first step from which on it was so', () => {
  expect(routingHealth(history(FAIR, TWO, TWO), HEALTH_LIMITS)).toEqual([
    { what: 'collapsed', layer: '0', amount: expect.closeTo(2, 9) as number, since: 2 }
  ]);
  // What has recovered in between is counted from after that.
  expect(routingHealth(history(TWO, FAIR, TWO), HEALTH_LIMITS)[0].since).toBe(4);
  expect(routingHealth(history(TWO, TWO), HEALTH_LIMITS)[0].since).toBe(1);
  // The history may lag behind the window.
  const late = history(FAIR);
  late.layers[0].load = TWO;
  expect(routingHealth(late, HEALTH_LIMITS)[0].since).toBeNull();
  expect(routingHealth(history(TWO, FAIR), HEALTH_LIMITS)).toEqual([]);
});

test('limits decide: how near to k experts, how many dead, how much dropped', () => {
  // 2.83 effective experts of 4: 0.41 of the way from 2 to 4.
  const uneven = history([0.5, 0.25, 0.25, 0]);
  expect(routingHealth(uneven, { ...HEALTH_LIMITS, collapsed: 0.42 })[0].what).toBe('collapsed');
  expect(routingHealth(uneven, { ...HEALTH_LIMITS, collapsed: 0.41 })).toEqual([
    { what: 'dead', layer: '0', amount: 1, since: null }
  ]);
  expect(routingHealth(uneven, { ...HEALTH_LIMITS, dead: 0.25 })).toEqual([]);
  uneven.layers[0].dropped = 0.3;
  expect(routingHealth(uneven, { ...HEALTH_LIMITS, dead: 1 })).toEqual([]);
  expect(routingHealth(uneven, { ...HEALTH_LIMITS, dead: 1, dropped: 0.29 })).toEqual([
    { what: 'dropped', layer: '0', amount: 0.3, since: null }
  ]);
});

test('nothing is said of layers that routed nothing, or that have no choice', () => {
  expect(routingHealth(history([0, 0, 0, 0]), HEALTH_LIMITS)).toEqual([]);
  const all = history(FAIR);
  all.layers[0].k = 4;
  expect(routingHealth(all, HEALTH_LIMITS)).toEqual([]);
  expect(routingHealth({ ...all, layers: [], history: { ...all.history, load: [] } }, HEALTH_LIMITS)).toEqual([]);
});
