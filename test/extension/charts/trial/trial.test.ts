import type { Payload } from '@switchyard/kernel-lib/protocol';
import { bestSoFar } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { trialSteps } from '../../../../extension/charts/trial/trialSteps';
import { trialValues } from '../../../../extension/charts/trial/trialValues';
import { kindOf } from '../../../../extension/kinds';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

test('each trial stands at its number, and the line goes where the best so far is', () => {
  const payload = kind('trial');
  const { trials, best } = payload.data;
  const [line, complete, pruned, running] = traces(trialValues(payload, context));
  expect(line).toMatchObject({ x: trials.map(({ number }) => number), y: bestSoFar(payload.data), mode: 'lines' });
  const done = trials.filter(({ state }) => state === 'complete');
  expect(complete).toMatchObject({ x: done.map(({ number }) => number), y: done.map(({ values }) => values[0]) });
  expect((complete as { marker: { size: number[] } }).marker.size.filter((size) => size > 6)).toHaveLength(1);
  expect(pruned).toMatchObject({ name: 'pruned' });
  // A trial that failed has no value, and so no mark; nor has one that is under way.
  expect(running).toMatchObject({ name: 'failed', x: [] });
  expect(trialValues(payload, context)!.summary).toContain(`The best is trial ${trials[best[0]].number} with`);
});

test('the table has the best first, marked, then the newest, with all that was tried', () => {
  const payload = kind('trial');
  const { trials, best } = payload.data;
  const { columns, rows } = trialValues(payload, context)!.table;
  expect(columns).toEqual([
    ...['trial', 'state', 'validation loss (nats)', 'experts', 'router', 'learningRate', 'sharedExpert'],
    ...['seconds', 'made from']
  ]);
  expect(rows[0][0]).toBe(`★ ${trials[best[0]].number}`);
  expect(rows[1].slice(0, 3)).toEqual(['39', 'running', '–']);
  expect(rows).toHaveLength(40);
  expect(kindOf(payload as Payload).summary!(payload, context)!.table!.rows[0][0]).toBe(rows[0][0]);
});

test('an objective is chosen where there are several', () => {
  const payload = kind('trial');
  payload.data.objectives.push({ name: 'size', unit: 'MB', better: 'higher' });
  payload.data.trials.forEach((trial, i) => trial.values.push(i));
  const figure = trialValues(payload, { ...context, choices: { 'trial-values.objective': '1' } });
  expect(traces(figure)[0]).toMatchObject({ y: bestSoFar(payload.data, 1) });
  expect(figure!.choices).toMatchObject([{ selected: '1', options: [{}, { text: 'size (MB)' }] }]);
});

test('every trial has its way by step; the best lies on top, a pruned one ends in a cross', () => {
  const payload = kind('trial');
  const { trials, best } = payload.data;
  const figure = trialSteps(payload, context)!;
  expect(figure.data).toHaveLength(40);
  const last = figure.data[39] as { y: number[]; line: { color: string } };
  expect(last.y).toEqual(trials[best[0]].intermediate.values);
  expect(last.line.color).toBe(context.theme.text);
  const crosses = figure.data.filter((trace) => (trace as { marker: { symbol: string } }).marker.symbol === 'x');
  expect(crosses).toHaveLength(7);
  expect(figure.steps).toEqual([50, 100, 150, 200, 250, 300, 350, 400]);
});

test('labels stay text, and nothing is drawn of nothing', () => {
  const payload = kind('trial');
  payload.data.objectives[0].name = '<b>loss</b>';
  payload.data.trials[0].parameters = { '<i>': '<img src=x>' };
  expect(drawnText(trialValues(payload, context))).not.toContain('<');
  expect(drawnText(trialSteps(payload, context))).not.toContain('<');
  payload.data.trials = [];
  payload.data.best = [];
  expect([trialValues(payload, context), trialSteps(payload, context)]).toEqual([null, null]);
});
