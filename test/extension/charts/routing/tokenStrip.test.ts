import { choicesOf, packChoices } from '@switchyard/kernel-lib/protocol';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { tokenStrip } from '../../../../extension/charts/routing/tokenStrip';
import { context, routing } from '../../support/payloads';

const choose = (choices: Record<string, string>): typeof context => ({
  ...context,
  choices: Object.fromEntries(Object.entries(choices).map(([name, value]) => [`token-strip.${name}`, value]))
});

/** Three tokens in two layers of four experts, top-2, with the first layer packed; at step 10 they went elsewhere. */
function two(): RoutingPayload {
  const payload = routing('small');
  const [layer] = payload.data.layers;
  payload.data.layers = [layer, { ...layer, path: 'layers.1.moe' }];
  payload.data.domains = [];
  payload.data.tokens = {
    text: ['a b', 'c', 'd'],
    domain: [-1, -1, -1],
    experts: [
      packChoices([
        [0, 1],
        [2, 3],
        [3, -1]
      ]),
      [
        [1, 0],
        [1, 0],
        [-1, -1]
      ]
    ],
    weights: [
      [
        [0.75, 0.25],
        [0.6, 0.4],
        [1, null]
      ],
      []
    ],
    earlier: [
      {
        step: 10,
        experts: [
          packChoices([
            [0, 3],
            [1, 3],
            [0, 1]
          ]),
          [
            [1, 2],
            [1, 0],
            [-1, -1]
          ]
        ]
      }
    ],
    truncated: false
  };
  return payload;
}

test('a token has the expert and weight of its layer and choice', () => {
  const payload = routing();
  const sample = payload.data.tokens!;
  for (const [layer, choice] of [
    [0, 0],
    [2, 1]
  ]) {
    const [row] = tokenStrip(payload, { ...choose({ choice: String(choice) }), layer })!.rows;
    const chosen = choicesOf(sample.experts[layer], payload.data.layers[layer].k);
    expect(row.experts).toEqual(chosen.map((experts) => experts[choice]));
    expect(row.weights).toEqual(sample.weights[layer].map((weights) => weights[choice]));
  }
});

test('all layers are rows, packed or not', () => {
  const { rows, summary, table } = tokenStrip(two(), choose({ layers: 'all' }))!;
  expect(rows.map(({ label, experts }) => [label, experts])).toEqual([
    ['0', [0, 2, 3]],
    ['1', [1, 1, -1]]
  ]);
  expect(rows[0].weights).toEqual([0.75, 0.6, 1]);
  expect(rows[1].weights).toEqual([null, null, null]);
  expect(summary).toBe('3 tokens in 2 layers.');
  expect(table.columns).toEqual(['token', 'text', 'layer 0', 'layer 1']);
  expect(table.rows[2]).toEqual(['3', 'd', 'expert 3', 'none']);
});

test('beside an earlier step, tokens whose expert changed are counted and said', () => {
  const one = tokenStrip(two(), choose({ compare: '10' }))!;
  expect(one.rows[0]).toMatchObject({ before: [0, 1, 0], changed: 2 });
  expect(one.summary).toContain('2 of 3 choices are others than at step 10.');
  expect(one.describe(0, 0)).not.toContain('at step 10');
  expect(one.describe(0, 1)).toContain('at step 10 it was expert 1');
  expect(one.table.rows[1]).toEqual(['2', 'c', 'expert 2', 'expert 1', '60.0 %']);
  const all = tokenStrip(two(), choose({ compare: '10', layers: 'all' }))!;
  expect(all.rows.map(({ changed }) => changed)).toEqual([2, 0]);
  expect(all.summary).toContain('2 of 6 choices');
  // The second choice of the first layer: 1, 3, none now; 3, 3, 1 then.
  expect(tokenStrip(two(), choose({ compare: '10', choice: '1' }))!.rows[0].changed).toBe(2);
});

test('what is offered is what there is, and a choice that is not there is the first', () => {
  const offered = (payload: RoutingPayload, choices = {}): string[][] =>
    tokenStrip(payload, choose(choices))!.choices.map(({ name, selected, options }) => [
      name.split('.')[1],
      selected,
      options.map(({ value }) => value).join(' ')
    ]);
  expect(offered(two(), { compare: '11', choice: '9' })).toEqual([
    ['layers', 'one', 'one all'],
    ['choice', '0', '0 1'],
    ['compare', 'none', 'none 10'],
    ['size', 'text', 'text overview']
  ]);
  expect(offered(routing('small')).map(([name]) => name)).toEqual(['choice', 'size']);
});

test('white space is visible and text is kept', () => {
  const payload = routing('small');
  payload.data.tokens!.text = ['a b', '\n', '\t', '', '<i>'].concat(payload.data.tokens!.text.slice(5));
  const { visible, texts } = tokenStrip(payload, context)!;
  expect(visible.slice(0, 5)).toEqual(['a·b', '⏎', '⇥', '∅', '<i>']);
  expect(texts[0]).toBe('a b');
});

test('a dropped token has no expert and says so', () => {
  const payload = routing('small');
  (payload.data.tokens!.experts[0] as number[][])[0] = [-1, -1];
  const strip = tokenStrip(payload, context)!;
  expect(strip.rows[0].experts[0]).toBe(-1);
  expect(strip.describe(0, 0)).toContain('sent to no expert');
});

test('the description names domain, layer where there are several, and all choices', () => {
  const payload = routing();
  const sample = payload.data.tokens!;
  const [best, second] = (sample.experts[3] as number[][])[0];
  const description = tokenStrip(payload, choose({ layers: 'all' }))!.describe(3, 0);
  expect(description).toContain(payload.data.domains[sample.domain[0]]);
  expect(description).toContain('layer 3');
  expect(description).toContain(`expert ${best} (`);
  expect(description).toContain(`expert ${second} (`);
  const unknown = tokenStrip(two(), choose({ layers: 'all' }))!.describe(1, 0);
  expect(unknown).toBe('Token 1 “a·b” · layer 1 · expert 1, expert 0');
});

test('there is no strip without a sample, nor of no token', () => {
  const payload = routing();
  payload.data.tokens!.text = [];
  expect(tokenStrip(payload, context)).toBeNull();
  payload.data.tokens = null;
  expect(tokenStrip(payload, context)).toBeNull();
});
