import { expect, test } from 'vitest';
import { comparedScalars } from '../../../extension/charts/comparedScalars';
import { quantile } from '../../../extension/charts/routing/layerBands';
import { routingScalars, routingSeries } from '../../../extension/charts/routing/routingScalars';
import { smoothed } from '../../../extension/charts/smoothed';
import { trainingScalars } from '../../../extension/charts/training/trainingScalars';
import type { IFigure } from '../../../extension/charts/figure';
import { context, routing, training } from '../support/payloads';

interface ILine {
  name: string;
  x: number[];
  y: (number | null)[];
  yaxis: string;
  mode: string;
}

const lines = (figure: IFigure | null): ILine[] => figure?.data as unknown as ILine[];

test('losses share the first plot and every layer has a line of MaxVio', () => {
  const payload = routing();
  const drawn = lines(routingScalars(payload, context));
  const names = drawn.filter((line) => line.yaxis === 'y').map((line) => line.name);
  expect(names).toEqual(['loss train', 'loss validation']);
  const maxVio = drawn.filter((line) => line.name.startsWith('MaxVio'));
  expect(maxVio.map((line) => line.y)).toEqual(payload.data.history.maxVio);
});

test('MaxVio is bounded by E/k - 1, the coefficient of variation by its root', () => {
  const figure = routingScalars(routing(), context);
  const texts = (figure?.layout.annotations ?? []).map((annotation) => String(annotation.text));
  expect(texts.find((text) => text.includes('MaxVio'))).toContain('between 0 and 7');
  expect(texts.find((text) => text.includes('coefficient'))).toContain(`between 0 and ${Math.sqrt(7).toPrecision(3)}`);
  expect(texts.find((text) => text.includes('entropy'))).toContain('between 0 and 1');
});

test('a bound is drawn where a line comes near it', () => {
  const payload = routing('small');
  const near = payload.data.history.steps.map(() => 0.9);
  payload.data.history.maxVio = [near];
  const count = routingScalars(payload, context)?.layout.shapes?.length ?? 0;
  payload.data.history.maxVio = [near.map(() => 0.1)];
  expect(routingScalars(payload, context)?.layout.shapes?.length).toBe(count - 1);
});

test('a series measured now and then is joined up; a missing number in a dense one is a gap', () => {
  const payload = training();
  const { steps } = payload.data;
  payload.data.scalars = {
    'loss/train': steps.map((_, i) => (i === 3 ? null : 1)),
    'loss/validation': steps.map((_, i) => (i % 10 === 0 ? 1 : null))
  };
  expect(lines(trainingScalars(payload, context)).map((line) => line.mode)).toEqual(['lines', 'lines+markers']);
});

test('a run without routers shows its scalars', () => {
  const figure = trainingScalars(training(), context);
  expect(lines(figure)).toHaveLength(Object.keys(training().data.scalars).length);
  expect(figure?.table.rows).toHaveLength(training().data.steps.length);
});

test('markup in names stays text', () => {
  const payload = training();
  payload.data.scalars = { '<img src=x onerror=alert(1)>/a': payload.data.steps.map(() => 1) };
  const { data, layout } = trainingScalars(payload, context) ?? {};
  expect(JSON.stringify([data, layout])).not.toContain('<img');
});

test('there is no picture before the first step', () => {
  const payload = training();
  payload.data.steps = [];
  expect(trainingScalars(payload, context)).toBeNull();
});

test('biases of the routers share a plot, each with its layer', () => {
  const payload = routing();
  const zeros = payload.data.history.steps.map(() => 0);
  payload.data.history.scalars = { 'bias/layers.0.moe': zeros, 'bias/layers.1.moe': zeros };
  const drawn = lines(routingScalars(payload, context)).filter((line) => line.name.startsWith('bias'));
  expect(drawn.map((line) => line.name)).toEqual(['bias layers.0.moe', 'bias layers.1.moe']);
  expect(new Set(drawn.map((line) => line.yaxis)).size).toBe(1);
});

test('smoothing is an exponential mean freed of its start, over what is known', () => {
  expect(smoothed([4, null, 1, 7], 0)).toEqual([4, null, 1, 7]);
  // (0.5 * 4 + 1) / 1.5, and (0.25 * 4 + 0.5 * 1 + 7) / 1.75.
  expect(smoothed([4, null, 1, 7], 0.5)).toEqual([4, null, 2, 8.5 / 1.75]);
});

test('the reader smooths all lines, and has those without a bound on a logarithmic scale', () => {
  const payload = routing();
  const choices = { 'scalars.smoothing': '0.9', 'scalars.scale': 'log' };
  const figure = routingScalars(payload, { ...context, choices })!;
  const loss = payload.data.history.scalars['loss/train'];
  expect(lines(figure).find(({ name }) => name === 'loss train')!.y).toEqual(smoothed(loss, 0.9));
  const axes = figure.layout as Record<string, { type?: string }>;
  expect([axes.yaxis.type, axes.yaxis2.type]).toEqual(['log', 'linear']);
  // The numbers stay what was measured.
  expect(figure.table.rows[5][1]).toBe(routingScalars(payload, context)!.table.rows[5][1]);
});

test('one axis of steps lies under all plots, so that one crosshair goes through them', () => {
  const figure = routingScalars(routing(), context)!;
  const axes = Object.keys(figure.layout).filter((key) => key.startsWith('xaxis'));
  expect(axes).toEqual(['xaxis']);
  const { anchor, spikemode } = figure.layout.xaxis!;
  expect([anchor, spikemode]).toEqual([`y${lines(figure).at(-1)!.yaxis.slice(1)}`, 'across']);
});

/** The payload with so many layers, whose MaxVio is their number at every step. */
function deep(count: number): ReturnType<typeof routing> {
  const payload = routing('small');
  const { history, layers } = payload.data;
  const of = (rows: (number | null)[][]): (number | null)[][] => Array.from({ length: count }, () => rows[0]);
  payload.data.layers = Array.from({ length: count }, (_, i) => ({ ...layers[0], path: `layers.${i}` }));
  Object.assign(history, { cv: of(history.cv), entropy: of(history.entropy), dropped: of(history.dropped) });
  history.maxVio = Array.from({ length: count }, (_, i) => history.steps.map((_, s) => (s === 2 && i > 0 ? null : i)));
  return payload;
}

test('many layers are a band with their median, and the layer in view drawn out', () => {
  const drawn = lines(routingScalars(deep(41), { ...context, layer: 30 })).filter(({ name }) =>
    name.startsWith('MaxVio')
  );
  expect(drawn.map(({ name }) => name)).toEqual([
    'MaxVio layer 10 % of layers',
    'MaxVio layer 90 % of layers',
    'MaxVio layer median',
    'MaxVio layer 30'
  ]);
  expect(drawn.map(({ y }) => y[0])).toEqual([4, 36, 20, 30]);
  // Only layer 0 is known there.
  expect(drawn.map(({ y }) => y[2])).toEqual([0, 0, 0, null]);
  expect(drawn.map((line) => (line as { fill?: string }).fill)).toEqual([undefined, 'tonexty', undefined, undefined]);
  const few = lines(routingScalars(deep(12), context)).filter(({ name }) => name.startsWith('MaxVio'));
  expect(few).toHaveLength(12);
});

test('between two values a quantile is as far as its part says', () => {
  expect(quantile([], 0.5)).toBeNull();
  expect(quantile([3], 0.9)).toBe(3);
  expect(quantile([0, 10], 0.25)).toBe(2.5);
});

test('several runs share a plot, a colour for each; their layers are a mean, and each has its own steps', () => {
  const [first, second] = [routing(), routing('finished')];
  const runs = [first, second].map((payload, i) => ({ title: 'ab'[i], ...routingSeries(payload, context) }));
  const figure = comparedScalars(runs, context)!;
  const drawn = lines(figure) as (ILine & { line: { color: string } })[];
  const train = drawn.filter(({ name }) => /^loss . train$/.test(name));
  expect(train.map(({ x, y }) => [x, y])).toEqual(
    [first, second].map(({ data: { history } }) => [history.steps, history.scalars['loss/train']])
  );
  expect(new Set(train.map(({ yaxis }) => yaxis)).size).toBe(1);
  const of = (run: string): string[] =>
    drawn.filter(({ name }) => name.includes(` ${run} `)).map(({ line }) => line.color);
  expect([new Set(of('a')).size, new Set(of('b')).size, new Set([...of('a'), ...of('b')]).size]).toEqual([1, 1, 2]);
  const mean = drawn.find(({ name }) => name === 'MaxVio a mean of layers')!;
  const { maxVio } = first.data.history;
  expect(mean.y[0]).toBeCloseTo(maxVio.reduce((sum, row) => sum + row[0]!, 0) / maxVio.length, 12);
  // A row for each step of either.
  const steps = new Set([...first.data.history.steps, ...second.data.history.steps]);
  expect(figure.table.rows).toHaveLength(steps.size);
});

test('a run whose colour another one has is drawn in dashes', () => {
  const { series } = context.theme.colours;
  const runs = Array.from({ length: series.length + 1 }, (_, i) => ({
    title: `r${i}`,
    ...routingSeries(routing(), context)
  }));
  const drawn = lines(comparedScalars(runs, context)!) as (ILine & { line: { color: string; dash?: string } })[];
  const train = drawn.filter(({ name }) => /^loss r\d train$/.test(name)).map(({ line }) => line);
  expect(train.map(({ dash }) => dash ?? 'solid')).toEqual([...series.map(() => 'solid'), 'dash']);
  expect(train.at(-1)!.color).toBe(train[0].color);
});
