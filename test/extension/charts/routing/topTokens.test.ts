import { expect, test } from 'vitest';
import { topTokens } from '../../../../extension/charts/routing/topTokens';
import { context, routing } from '../../support/payloads';

function counted() {
  const payload = routing('small');
  Object.assign(payload.data.layers[0], {
    experts: [],
    load: [0.1, 0.2, 0.6, 0.1],
    topTokens: [
      [{ text: 'a b', share: 0.5 }],
      [
        { text: '<i>', share: 0.25 },
        { text: '\n', share: 0.125 }
      ],
      [{ text: 'full', share: 0.75 }],
      []
    ]
  });
  return payload;
}

test('the bars are the chosen expert’s tokens, and the table has those of all', () => {
  const figure = topTokens(counted(), { ...context, expert: 1 });
  expect(figure?.data[0]).toMatchObject({ x: [0.25, 0.125], y: [0, 1] });
  expect(figure?.layout.yaxis?.ticktext).toEqual(['“&lt;i&gt;”', 'line break “⏎”']);
  expect(figure?.summary).toContain('expert 1 of layer 0 was sent most: “<i>” 25.0 %, “⏎” 12.5 %');
  expect(JSON.stringify([figure?.data, figure?.layout])).not.toContain('<');
  expect(figure?.table).toMatchObject({
    columns: ['expert', 'token 1', 'token 2'],
    rows: [
      ['expert 0', 'a·b (50.0 %)', '–'],
      ['expert 1', '<i> (25.0 %)', '⏎ (12.5 %)'],
      ['expert 2', 'full (75.0 %)', '–'],
      ['expert 3', '–', '–']
    ]
  });
});

test('every bar has a label that can be seen, whatever the token is', () => {
  const payload = counted();
  const texts = [' ', ':', '', '\n', '\t', '    ', '\r\n', 'a'.repeat(40), '<b>', 'constructor'];
  payload.data.layers[0].topTokens![0] = texts.map((text) => ({ text, share: 0.1 }));
  const axis = topTokens(payload, { ...context, expert: 0 })!.layout.yaxis!;
  expect(axis.tickvals).toEqual(texts.map((_, i) => i));
  expect(axis.ticktext).toEqual([
    'space “·”',
    '“:”',
    'no text “∅”',
    'line break “⏎”',
    'tab “⇥”',
    '“····”',
    '“⏎”',
    `“${'a'.repeat(15)}…”`,
    '“&lt;b&gt;”',
    '“constructor”'
  ]);
});

test('where none is chosen it is the fullest, and says so', () => {
  const figure = topTokens(counted(), context);
  expect(figure?.data[0]).toMatchObject({ x: [0.75] });
  expect(figure?.summary).toContain('expert 2, the fullest of layer 0');
});

test('an expert without tokens and a snapshot without counts are said in words', () => {
  expect(topTokens(counted(), { ...context, expert: 3 })?.summary).toBe('expert 3 of layer 0 was sent no token.');
  const payload = counted();
  delete payload.data.layers[0].topTokens;
  expect(topTokens(payload, context)).toMatchObject({ data: [], summary: expect.stringContaining('does not count') });
});
