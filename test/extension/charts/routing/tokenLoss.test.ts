import { expect, test } from 'vitest';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { expertContexts } from '../../../../extension/charts/routing/expertContexts';
import { withFewerTokens } from '../../../../extension/charts/routing/fewerTokens';
import { filled, lacking } from '../../../../extension/charts/routing/filled';
import { passagesSvg } from '../../../../extension/charts/routing/passagesSvg';
import { tokenLoss } from '../../../../extension/charts/routing/tokenLoss';
import { tokenStrip } from '../../../../extension/charts/routing/tokenStrip';
import { asDetails, context, routing } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

/** Three tokens in one layer of four experts: first choices 0, 1, 0. */
function small(): RoutingPayload {
  const payload = routing('small');
  payload.data.tokens = {
    text: ['a ', '<b>', 'c'],
    domain: [-1, -1, -1],
    experts: [
      [
        [0, 1],
        [1, 2],
        [0, 3]
      ]
    ],
    weights: [[]],
    loss: [1, 2, null],
    truncated: false
  };
  return payload;
}

function without(payload: RoutingPayload): RoutingPayload {
  const { path } = payload.data.layers[0];
  payload.data.tokens!.ablation = { layer: path, expert: 1, mode: 'without', loss: [1, 4, null] };
  return payload;
}

test('the loss of each token, in the colour of the expert that took it first', () => {
  const figure = tokenLoss(small(), { ...context, expert: 0 })!;
  const [bars] = traces(figure);
  expect(bars.y).toEqual([1, 2, null]);
  expect(bars.marker.color[0]).toBe(bars.marker.color[2]);
  expect(bars.marker.color[0]).not.toBe(bars.marker.color[1]);
  expect((bars.marker as unknown as { opacity: number[] }).opacity).toEqual([1, 0.3, 1]);
  expect(figure.summary).toBe('Loss of the next token: 1.5 nats on average. 1 of the 2 that went to expert 0 first.');
  expect(figure.table.rows[1]).toEqual(['2', '<b>', 'expert 1', '2']);
  expect(figure.table.saved!.rows[2]).toEqual(['3', 'c', 'expert 0', null]);
  expect(figure.pick?.({ trace: 0, x: 1, y: 2, index: 1 })).toEqual({ expert: 1 });
});

test('without an expert: the losses beside the others, and what it does on average', () => {
  const figure = tokenLoss(without(small()), context)!;
  expect(traces(figure)[1].y).toEqual([1, 4, null]);
  expect(figure.layout.title).toMatchObject({ text: '◇ without expert 1 of layer 0: 2.5 on average, +1' });
  expect(figure.table.columns.at(-1)).toBe('without expert 1 of layer 0');
  expect(drawnText(figure)).not.toContain('<b>');
});

test('a sample whose losses are not known says so; the strip tells of each that is', () => {
  const none = small();
  delete none.data.tokens!.loss;
  expect(tokenLoss(none, context)!.summary).toContain('does not tell the loss');
  expect(tokenStrip(none, context)!.describe(0, 1)).not.toContain('loss');
  expect(tokenStrip(small(), context)!.describe(0, 1)).toContain('loss of the next token 2');
  none.data.tokens = null;
  expect(tokenLoss(none, context)).toBeNull();
});

test('fewer tokens have as many losses', () => {
  const { tokens } = withFewerTokens(without(small()), 2).data;
  expect([tokens!.loss, tokens!.ablation!.loss]).toEqual([
    [1, 2],
    [1, 4]
  ]);
});

const CONTEXT = { before: 'one ', token: '<i>two\n', after: ' three', weight: 0.75, domain: -1, step: 9 };

test('contexts of the chosen expert, of the fullest where none is chosen, and words where there are none', () => {
  const payload = small();
  expect(expertContexts(payload, context)!.summary).toContain('has no contexts');
  const [layer] = payload.data.layers;
  layer.load = [0.1, 0.6, 0.2, 0.1];
  layer.contexts = [[], [CONTEXT], [], []];
  const shown = expertContexts(payload, context)!;
  expect(shown.passages).toEqual([
    { before: 'one ', token: '<i>two⏎', after: ' three', about: 'weight 0.75 · step 9' }
  ]);
  expect(shown.summary).toContain('expert 1, the fullest of layer 0');
  expect(expertContexts(payload, { ...context, expert: 2 })!.summary).toBe(
    'expert 2 of layer 0 took no token in the latest steps.'
  );
  expect(shown.table.saved!.rows).toEqual([['expert 1', 'one ', '<i>two\n', ' three', 0.75, '', 9]]);
  const svg = passagesSvg(shown, context.theme);
  expect(svg).toContain('&lt;i&gt;two⏎');
  expect(svg).not.toContain('<i>');
});

test('more contexts are asked for, and put in', () => {
  const payload = small();
  const [layer] = payload.data.layers;
  Object.assign(layer, { load: [0.5, 0.5, 0, 0], internals: {}, contexts: [[CONTEXT], [CONTEXT], [], []] });
  expect([lacking(payload, 0, 'experts'), lacking(payload, 0, 'load')]).toEqual([layer.path, null]);
  const more = small();
  const eight = Array.from({ length: 8 }, () => CONTEXT);
  Object.assign(more.data.layers[0], { contexts: [eight, eight, [], []] });
  const full = filled(payload, asDetails(more));
  expect(full.data.layers[0].contexts).toEqual([eight, eight, [], []]);
  expect(lacking(full, 0, 'experts')).toBeNull();
});
