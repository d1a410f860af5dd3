import { expect, test } from 'vitest';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { routerHistory } from '../../../../extension/charts/routing/routerHistory';
import { routerLogits, routerMargins } from '../../../../extension/charts/routing/routerScores';
import { routingAt } from '../../../../extension/charts/routing/routingAt';
import { selectionBias } from '../../../../extension/charts/routing/selectionBias';
import { filled, lacking } from '../../../../extension/charts/routing/filled';
import { asDetails, context, routing } from '../../support/payloads';
import { drawnText, traces } from '../../support/traces';

/** Two layers of four experts, the second without a bias. */
function small(): RoutingPayload {
  const payload = routing('small');
  const [layer] = payload.data.layers;
  const scores = { logits: [0.25, 0.75], margins: [0.01, 0.99], margin: 2, zLoss: 1.5 };
  payload.data.scoreBins = { logits: [-10, 0, 10], margins: [0, 1, 10] };
  payload.data.layers = [
    { ...layer, path: 'layers.0.moe', internals: { ...scores, bias: [0.1, -0.4, 0, 0.2], biasFlips: [0, 3, 1, 0] } },
    { ...layer, path: 'layers.1.moe', internals: { ...scores, margin: null, zLoss: 9 } }
  ];
  const { history } = payload.data;
  for (const name of ['maxVio', 'cv', 'entropy', 'dropped', 'load'] as const) {
    history[name] = [history[name][0], history[name][0]] as never;
  }
  history.internals = {
    steps: [1, 3],
    zLoss: [
      [4, 1.5],
      [9, 9]
    ],
    margin: [
      [1, 2],
      [null, null]
    ],
    biasSize: [
      [0.1, 0.2],
      [null, null]
    ],
    biasFlips: [
      [0, 0.25],
      [null, null]
    ]
  };
  payload.data.tokens = null;
  return payload;
}

test('logits: a histogram for each layer, its edges where asinh has them', () => {
  const figure = routerLogits(small(), context)!;
  const [heatmap] = traces(figure);
  expect(heatmap.z).toEqual([
    [0.5, Math.sqrt(0.75)],
    [0.5, Math.sqrt(0.75)]
  ]);
  expect(heatmap.x).toEqual([Math.asinh(-10), 0, Math.asinh(10)]);
  expect(figure.layout.xaxis!.ticktext).toEqual(['0', '-1', '1', '-3', '3', '-10', '10']);
  expect(figure.summary).toBe('Logits of the routers of 2 layers; their z-loss is between 1.5 and 9.');
  expect(figure.table.rows[0]).toEqual(['0', 'top-k', '1.5', '2', '25.0 %', '75.0 %']);
  // At full precision, nothing where nothing is known.
  expect(figure.table.saved!.rows[1]).toEqual(['1', 'top-k', 9, null, 0.25, 0.75]);
  expect(figure.pick?.({ trace: 0, x: 0, y: 1, index: [1, 0] })).toEqual({ layer: 1 });
});

test('margins: the share of tokens by how far the first choice is ahead, the mean marked', () => {
  const figure = routerMargins(small(), context)!;
  const [heatmap, means] = traces(figure);
  expect(heatmap.z[0]).toEqual([0.1, Math.sqrt(0.99)]);
  expect(means.x).toEqual([Math.asinh(2), null]);
  expect(figure.summary).toContain('on average between 2 and 2');
});

test('a selection bias: bars of the layer in view, the chosen expert outlined; words where there is none', () => {
  const figure = selectionBias(small(), { ...context, expert: 1 })!;
  const [bars] = traces(figure);
  expect(bars.y).toEqual([0.1, -0.4, 0, 0.2]);
  expect((bars.marker as unknown as { line: { width: number[] } }).line.width).toEqual([0, 2, 0, 0]);
  expect(bars.marker.color[0]).not.toBe(bars.marker.color[1]);
  expect(figure.summary).toBe(
    'Selection bias in layer 0: the largest is -0.4 of expert 1; signs changed 4 times in all.'
  );
  expect(figure.table.saved!.rows[1].slice(0, 3)).toEqual(['expert 1', -0.4, 3]);
  expect(figure.pick?.({ trace: 0, x: 1, y: -0.4, index: 1 })).toEqual({ expert: null });
  expect(selectionBias(small(), { ...context, layer: 1 })!.summary).toContain('no selection bias');
  const none = small();
  delete none.data.layers[0].internals!.bias;
  expect(selectionBias(none, context)).toBeNull();
});

test('over the steps: z-loss and margin of each layer, the bias of those that have one', () => {
  const { data, table } = routerHistory(small(), context)!;
  expect(table.columns).toHaveLength(1 + 4 * 2);
  expect(table.columns[1]).toContain('z-loss');
  expect((data as unknown as { y: unknown }[]).map(({ y }) => y)).toContainEqual([4, 1.5]);
  const none = small();
  delete none.data.history.internals;
  expect(routerHistory(none, context)).toBeNull();
});

test('a replayed step has the history up to it, and no distributions', () => {
  const then = routingAt(small().data, 2);
  expect(then.layers[0].internals).toBeUndefined();
  expect(then.history.internals).toEqual({ steps: [1], zLoss: [[4], [9]], margin: [[1], [null]], biasSize: [[0.1], [null]], biasFlips: [[0], [null]] }); // prettier-ignore
  expect(routerLogits({ ...small(), data: then }, context)!.summary).toContain('does not tell');
});

test('what an output had no room for is put in from what the kernel told', () => {
  const whole = small();
  const cut = small();
  delete cut.data.layers[0].internals;
  delete cut.data.history.internals;
  delete cut.data.scoreBins;
  delete cut.data.layers[1].internals;
  const unbiased = small();
  delete unbiased.data.layers[0].internals!.bias;
  expect(filled(unbiased, asDetails(whole)).data.layers[0].internals!.bias).toEqual([0.1, -0.4, 0, 0.2]);
  const done = routing('finished');
  expect(lacking(done, 0, 'routers')).toBeNull();
  delete done.data.layers[0].internals;
  expect([lacking(done, 0, 'routers'), lacking(done, 0, 'load')]).toEqual(['layers.0.moe', null]);
  const full = filled(cut, asDetails(whole));
  expect(full.data.layers.map(({ internals }) => internals)).toEqual(
    whole.data.layers.map(({ internals }) => internals)
  );
  expect([full.data.history.internals, full.data.scoreBins]).toEqual([
    whole.data.history.internals,
    whole.data.scoreBins
  ]);
});

test('names of layers and experts are text, never markup', () => {
  const payload = small();
  payload.data.layers[0].experts = ['<b>a</b>', 'b', 'c', 'd'];
  payload.data.layers[1].path = '<i>x</i>';
  [routerLogits, routerMargins, selectionBias].forEach((chart) =>
    expect(drawnText(chart(payload, context))).not.toMatch(/<[bi]>/)
  );
});
