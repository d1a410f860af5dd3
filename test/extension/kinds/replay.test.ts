import { choicesOf, parsePayload } from '@switchyard/kernel-lib/protocol';
import type { RoutingPayload, TrainingPayload } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { keptSteps, payloadAt } from '../../../extension/kinds/replay';
import { loadHeatmap } from '../../../extension/charts/routing/loadHeatmap';
import { context, kind, routing, training } from '../support/payloads';

const at = (payload: RoutingPayload, step: number): RoutingPayload => payloadAt(payload, step) as RoutingPayload;

test('the steps to replay are those whose loads were kept, and the last one', () => {
  const payload = routing();
  expect(payload.data.history.loadSteps.slice(0, 3)).toEqual([5, 10, 15]);
  expect(keptSteps(payload)).toEqual([...payload.data.history.loadSteps.filter((step) => step < 120), 120]);
  payload.data.history.loadSteps = [];
  payload.data.history.load = payload.data.layers.map(() => []);
  expect(keptSteps(payload)).toEqual([]);
  expect(keptSteps(kind('pareto'))).toEqual([]);
  expect(payloadAt(kind('pareto'), 0)).toEqual(kind('pareto'));
});

test('at a kept step loads and metrics are those of that step, and nothing later is left', () => {
  const payload = routing();
  const { history } = payload.data;
  const then = at(payload, 15);
  expect(then.source).toMatchObject({ step: 15, final: false, status: 'running' });
  const s = history.steps.indexOf(15);
  then.data.layers.forEach((layer, i) => {
    expect(layer.load).toEqual(history.load[i][2]);
    expect(layer.maxVio).toBe(history.maxVio[i][s]);
    expect(layer.cv).toBe(history.cv[i][s]);
    expect(layer.entropy).toBe(history.entropy[i][s]);
    expect(layer.dropped).toBe(history.dropped[i][s]);
  });
  const cut = then.data.history;
  expect(cut.steps).toEqual(history.steps.slice(0, s + 1));
  expect(cut.loadSteps).toEqual([5, 10, 15]);
  expect(cut.load[1]).toEqual(history.load[1].slice(0, 3));
  expect(cut.scalars['loss/train']).toEqual(history.scalars['loss/train'].slice(0, s + 1));
  expect(cut.maxVio[3]).toHaveLength(s + 1);
});

test('what the history does not keep is left out, and the rest follows the contract', () => {
  const then = at(routing('finished'), 140);
  for (const layer of then.data.layers) {
    expect(layer).toMatchObject({ importance: [], domainLoad: [], coActivation: null, effectiveExperts: null });
    expect(layer).not.toHaveProperty('topTokens');
    expect(layer).not.toHaveProperty('transitions');
  }
  expect(then.data).not.toHaveProperty('tokenClasses');
  expect(parsePayload(then)).toEqual(then);
});

test('metrics kept at other steps are those kept last before it, and stand beside the heatmap', () => {
  const payload = routing();
  const { history } = payload.data;
  history.steps = history.steps.map((step) => step * 3 + 1);
  expect(history.steps).not.toContain(15);
  const before = history.steps.filter((step) => step <= 15).length - 1;
  const then = at(payload, 15);
  const [layer] = then.data.layers;
  expect(layer.maxVio).toBe(history.maxVio[0][before]);
  expect(layer.entropy).toBe(history.entropy[0][before]);
  expect(loadHeatmap(then, context)?.layout.annotations).toHaveLength(2);
});

test('there is no metric where none was kept so early', () => {
  const payload = routing();
  payload.data.history.steps = payload.data.history.steps.map((step) => step + 1000);
  expect(at(payload, 15).data.layers[0]).toMatchObject({ maxVio: null, cv: null, entropy: null, dropped: null });
});

test('tokens have the choices recorded last, and say at which step', () => {
  const payload = routing('finished');
  const sample = payload.data.tokens!;
  expect(sample.earlier!.map(({ step }) => step)).toEqual([0, 125, 250]);
  const then = at(payload, 140).data.tokens!;
  expect(then).toMatchObject({ recordedAt: 125, text: sample.text });
  expect(choicesOf(then.experts[1], 2)).toEqual(choicesOf(sample.earlier![1].experts[1], 2));
  expect(then.weights).toEqual([[], [], [], []]);
  expect(then.earlier!.map(({ step }) => step)).toEqual([0]);
  expect(at(routing(), 15).data.tokens).toBeNull();
});

test('between kept steps it is the last before; at the end it is the payload itself', () => {
  const payload = routing();
  expect(at(payload, 19).source.step).toBe(15);
  expect(at(payload, 0).source.step).toBe(5);
  expect(payloadAt(payload, 120)).toBe(payload);
  expect(payloadAt(payload, 10_000)).toBe(payload);
});

test('a run without routers has its scalars up to that step', () => {
  const payload = training();
  const then = payloadAt(payload, payload.data.steps[4]) as TrainingPayload;
  expect(then.data.steps).toEqual(payload.data.steps.slice(0, 5));
  expect(then.data.scalars['loss/train']).toEqual(payload.data.scalars['loss/train'].slice(0, 5));
  expect(parsePayload(then)).toEqual(then);
});

test('replaying leaves the payload as it was', () => {
  const payload = routing('finished');
  payloadAt(payload, 40);
  expect(payload).toEqual(routing('finished'));
});
