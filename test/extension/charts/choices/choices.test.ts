import type { Payload } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { choiceOptions } from '../../../../extension/charts/choices/choiceOptions';
import { choiceValues } from '../../../../extension/charts/choices/choiceValues';
import { kindOf } from '../../../../extension/kinds';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

test('choices by what they are worth, the most first', () => {
  const payload = kind('choices');
  payload.data.choices.reverse();
  payload.data.choices[0].value = null;
  const figure = choiceValues(payload, context)!;
  expect(traces(figure)[0]).toMatchObject({ x: [0.52, 0.26, 0.15, 0.05], y: [0, 1, 2, 3] });
  expect(figure.table.rows[0]).toEqual(['learningRate', '0.52']);
  expect(figure.summary).toBe('importance of 4 choices; most has learningRate (0.52). PED-ANOVA, 40 trials.');
  expect(kindOf(payload as Payload).summary!(payload, context)!.sentence).toBe(figure.summary);
});

test('a cell for each option; choices of fewer options leave the rest blank', () => {
  const payload = kind('choices');
  const { choices } = payload.data;
  const figure = choiceOptions(payload, context)!;
  const [{ z }] = traces(figure);
  expect(z.map((row) => row.filter((value) => value !== null).length)).toEqual([3, 4, 3, 6, 2]);
  expect(z[1].slice(0, 4)).toEqual(choices[1].options.map(({ value }) => value));
  expect(figure.table.rows).toHaveLength(18);
  expect(figure.table.rows[3].slice(0, 2)).toEqual(['experts', '4']);
  const words = figure.layout.annotations!.map(({ text }) => text);
  expect(words[3]).toMatch(/^4: /);
});

test('labels stay text, and nothing is drawn of nothing', () => {
  const payload = kind('choices');
  payload.data.choices.forEach((each) => {
    each.label = '<b>';
    each.options.forEach((option) => (option.label = '<i>'));
  });
  payload.data.outcome = '<u>';
  payload.data.measure = '<a>';
  expect(drawnText(choiceValues(payload, context))).not.toContain('<');
  expect(drawnText(choiceOptions(payload, context))).not.toContain('<');
  payload.data.choices.forEach((each) => Object.assign(each, { value: null, options: [] }));
  expect([choiceValues(payload, context), choiceOptions(payload, context)]).toEqual([null, null]);
  expect(kindOf(payload as Payload).summary!(payload, context)).toBeNull();
});
