import { expect, test } from 'vitest';
import { routingScalars } from '../../../extension/charts/routing/routingScalars';
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
