import { expect, test } from 'vitest';
import { coActivation } from '../../../extension/charts/routing/coActivation';
import { loadHeatmap } from '../../../extension/charts/routing/loadHeatmap';
import { underBar } from '../../../extension/charts/underBar';
import { context, routing } from '../support/payloads';

type Axis = { title: { text: string; standoff: number } };

const [payload] = [routing()];

test.each([loadHeatmap, coActivation])(
  'titles of x axes under a bar of colours are lowered, all else stays',
  (chart) => {
    const figure = chart(payload, context)!;
    const lowered = underBar(figure);
    const [before, after] = [figure, lowered].map(({ layout }) => layout.xaxis as unknown as Axis);
    expect(after.title.standoff).toBe(before.title.standoff + 19);
    expect({ ...after, title: before.title }).toEqual(before);
    expect({ ...lowered.layout, xaxis: figure.layout.xaxis }).toEqual(figure.layout);
    expect(lowered.data).toBe(figure.data);
  }
);

const bar = { orientation: 'h', y: 1, title: { text: 'load' } };
const figureOf = (colorbar: object, layout: object): Parameters<typeof underBar>[0] =>
  ({ data: [{ type: 'heatmap', colorbar }], layout }) as never;

test.each([
  ['below the plot', { ...bar, y: 0 }],
  ['beside it', { ...bar, orientation: 'v' }],
  ['without words', { ...bar, title: { text: '' } }]
])('a bar %s lifts nothing', (_, colorbar) => {
  const figure = figureOf(colorbar, { xaxis: { title: { text: 'expert', standoff: 4 } } });
  expect(underBar(figure)).toBe(figure);
});

test('each x axis with a title of its own is lowered, and nothing else', () => {
  const title = { text: 'expert', standoff: 4 };
  const layout = { xaxis: { title }, xaxis2: { title }, xaxis3: { title: { text: 'far' } }, yaxis: { title } };
  const found = underBar(figureOf(bar, layout)).layout as unknown as Record<string, Axis>;
  expect(Object.values(found).map((axis) => axis.title.standoff)).toEqual([23, 23, undefined, 4]);
});
