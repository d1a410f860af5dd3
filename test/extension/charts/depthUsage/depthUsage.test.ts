import { expect, test } from 'vitest';
import type { DepthUsagePayload } from '@switchyard/kernel-lib/protocol';
import { depthTokens } from '../../../../extension/charts/depthUsage/depthTokens';
import { depthUsage } from '../../../../extension/charts/depthUsage/depthUsage';
import { context, kind } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

/** Two layers, three tokens. */
function small(): DepthUsagePayload {
  const payload = kind('depth-usage');
  payload.data = {
    layers: ['layers.0', 'layers.1'],
    modules: ['skip', 'big'],
    usage: [
      [0.25, 0.75],
      [1, 0]
    ],
    flops: [],
    cost: 0.5,
    budget: 0.4,
    tokens: {
      text: ['a b', '\n', 'c'],
      domain: [0, 0, -1],
      executed: [
        [1, 0, -1],
        [0, 0, 1]
      ],
      difficulty: [0.1, 2, null],
      truncated: true
    },
    domains: ['prose']
  };
  return payload;
}

test('a bar of each layer is stacked of the shares of its modules', () => {
  const [skip, big, cost] = traces(depthUsage(small(), context));
  expect([skip.name, skip.x, skip.y]).toEqual(['skip', [0.25, 1], [0, 1]]);
  expect([big.name, big.x]).toEqual(['big', [0.75, 0]]);
  expect(cost.x).toEqual([0.5]);
});

test('cost is said with its budget, which is marked; without a cost there is neither', () => {
  const figure = depthUsage(small(), context)!;
  expect(figure.summary).toBe(
    'Over 2 layers: skip 62.5 %, big 37.5 %. Cost is 50.0 % of the costliest modules, budget 40.0 %.'
  );
  expect(figure.layout.shapes?.filter(({ yref }) => yref === 'y2').map(({ x0 }) => x0)).toEqual([0.4]);
  const payload = small();
  payload.data.cost = null;
  const without = depthUsage(payload, context)!;
  expect(traces(without)).toHaveLength(2);
  expect(without.layout.shapes?.filter(({ yref }) => yref === 'y2')).toEqual([]);
});

test('a cost over its budget has another colour than one within', () => {
  const colour = (cost: number): string => {
    const payload = small();
    payload.data.cost = cost;
    return traces(depthUsage(payload, context))[2].marker.color;
  };
  expect(colour(0.41)).not.toBe(colour(0.39));
});

test('the table has a row a layer and one for all', () => {
  expect(depthUsage(small(), context)!.table).toMatchObject({
    columns: ['layer', 'skip', 'big'],
    rows: [
      ['0', '25.0 %', '75.0 %'],
      ['1', '100.0 %', '0.0 %'],
      ['all layers', '62.5 %', '37.5 %']
    ]
  });
});

test('a click on a bar or a cell brings its layer into view, one on a bar of cost or difficulty does not', () => {
  const usage = depthUsage(small(), context)!;
  expect(usage.pick?.({ trace: 1, x: 0.2, y: 1, index: 1 })).toEqual({ layer: 1 });
  expect(usage.pick?.({ trace: 2, x: 0.2, y: 0, index: 0 })).toEqual({});
  const tokens = depthTokens(small(), context)!;
  expect(tokens.pick?.({ trace: 2, x: 3, y: 1, index: [1, 2] })).toEqual({ layer: 1 });
  expect(tokens.pick?.({ trace: 3, x: 3, y: 1, index: 2 })).toEqual({});
});

test('a cell is the module that a layer executed for a token; what is unknown stays empty', () => {
  const drawn = traces(depthTokens(small(), context));
  expect(drawn.map(({ type }) => type)).toEqual(['scatter', 'scatter', 'heatmap', 'bar']);
  expect(drawn[2].z).toEqual([
    [1, 0, null],
    [0, 0, 1]
  ]);
  expect(drawn[2].text[0]).toEqual([
    'token 1 “a·b”, layer 0 · big · prose · difficulty 0.1 nats',
    'token 2 “⏎”, layer 0 · skip · prose · difficulty 2 nats',
    'token 3 “c”, layer 0 · unknown · difficulty – nats'
  ]);
  expect(drawn[3].y).toEqual([0.1, 2, null]);
});

test('the summary counts modules, names the hardest token and says that the sample was cut', () => {
  expect(depthTokens(small(), context)!.summary).toBe(
    'What 2 layers executed for 3 tokens: skip 3 times, big 2 times. The hardest token is 2 “⏎”. The sample was cut to fit.'
  );
});

test('the table has a row a token', () => {
  expect(depthTokens(small(), context)!.table.rows[0]).toEqual(['1', 'a·b', 'prose', 'big', 'skip', '0.1']);
});

test('a part of many tokens shows their words and keeps their numbers', () => {
  const payload = kind('depth-usage');
  const { tokens } = payload.data;
  const all = depthTokens(payload, context)!;
  expect(all.choices?.[0].options.map(({ value }) => value)).toEqual(['all', '0', '32']);
  const part = depthTokens(payload, { ...context, choices: { 'depth-tokens.part': '32' } })!;
  const [heatmap] = traces(part).filter(({ type }) => type === 'heatmap');
  expect(heatmap.z).toEqual(tokens!.executed.map((row) => row.slice(32)));
  expect(heatmap.x[0]).toBe(33);
  expect(part.layout.xaxis?.ticktext).toHaveLength(28);
  expect(part.table.rows).toHaveLength(60);
  expect(depthTokens(payload, { ...context, choices: { 'depth-tokens.part': 'gone' } })!.choices?.[0].selected).toBe(
    'all'
  );
});

test('without a sample, or without difficulty, there is no such picture', () => {
  const payload = small();
  payload.data.tokens!.difficulty = [];
  expect(traces(depthTokens(payload, context)).some(({ type }) => type === 'bar')).toBe(false);
  payload.data.tokens = null;
  expect(depthTokens(payload, context)).toBeNull();
  payload.data.layers = [];
  expect(depthUsage(payload, context)).toBeNull();
});

test('markup in labels stays text', () => {
  const payload = small();
  payload.data.modules = ['<b>skip</b>', '<i>big</i>'];
  payload.data.layers = ['<u>a</u>', '<u>b</u>'];
  payload.data.tokens!.text[0] = '<img src=x>';
  payload.data.domains = ['<s>'];
  expect(drawnText(depthUsage(payload, context))).not.toContain('<');
  expect(drawnText(depthTokens(payload, context))).not.toContain('<');
});
