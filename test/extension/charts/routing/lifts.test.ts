import { expect, test } from 'vitest';
import { coActivation } from '../../../../extension/charts/routing/coActivation';
import { coActivationGraph } from '../../../../extension/charts/routing/coActivationGraph';
import { lifts } from '../../../../extension/charts/routing/lifts';
import { context, routing } from '../../support/payloads';

/** Expert 0 gets half of all choices, always with 1 or 2, which never meet. */
function star() {
  const payload = routing('small');
  Object.assign(payload.data.layers[0], {
    numExperts: 4,
    k: 2,
    experts: [],
    load: [0.5, 0.25, 0.25, 0],
    coActivation: [
      [1, 0.5, 0.5, 0],
      [1, 1, 0, 0],
      [1, 0, 1, 0],
      [null, null, null, null]
    ]
  });
  return payload;
}

test('the lift is a pair’s share of all pairs over the share that the product of loads gives it', () => {
  // Pairs seen: half (0,1), half (0,2). By products 1/8, 1/8 and 1/16 of 5/16: 40 %, 40 % and 20 %.
  expect(
    lifts(star().data.layers[0])?.map((row) => row.map((lift) => (lift === null ? null : Number(lift.toFixed(9)))))
  ).toEqual([
    [null, 1.25, 1.25, null],
    [1.25, null, 0, null],
    [1.25, 0, null, null],
    [null, null, null, null]
  ]);
});

test('pairs in proportion to their loads have lift 1, whatever k is', () => {
  const [layer] = routing('small').data.layers;
  const even = { ...layer, load: [0.25, 0.25, 0.25, 0.25] };
  for (const k of [2, 3]) {
    const share = (k - 1) / 3;
    const rows = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i === j ? 1 : share)));
    const off = lifts({ ...even, k, coActivation: rows })!
      .flat()
      .filter((lift) => lift !== null);
    expect(off).toHaveLength(12);
    off.forEach((lift) => expect(lift).toBeCloseTo(1, 12));
  }
});

test('the matrix shows lifts, or the shares of the payload, and a click on a row chooses its expert', () => {
  const payload = star();
  const figure = coActivation(payload, context);
  expect(figure?.summary).toContain('expert 0 and expert 1 are 1.25 times as often');
  const shares = coActivation(payload, { ...context, expert: 1, choices: { 'co-activation.measure': 'share' } });
  expect((shares?.data[0] as unknown as { customdata: unknown }).customdata).toEqual([
    [null, 0.5, 0.5, 0],
    [1, null, 0, 0],
    [1, 0, null, 0],
    [null, null, null, null]
  ]);
  expect(shares?.table.rows[1]).toEqual(['expert 1', '100.0 %', '–', '0.0 %', '0.0 %']);
  expect(shares?.summary).toContain(
    'expert 1 is most often with expert 0: 1.25 times as often as their loads explain, 100.0 %'
  );
  expect(shares?.layout.shapes).toMatchObject([{ y0: 0.5, y1: 1.5 }]);
  const click = (row: number) => shares?.pick?.({ trace: 0, x: 2, y: row, index: [row, 2] });
  expect([click(2), click(1)]).toEqual([{ expert: 2 }, { expert: null }]);
});

test('the graph joins the pairs above 1 and no others; the chosen expert’s lines come over the rest', () => {
  const figure = coActivationGraph(star(), { ...context, expert: 2 });
  expect(figure?.table.rows).toEqual([
    ['expert 0', 'expert 1', '1.25'],
    ['expert 0', 'expert 2', '1.25']
  ]);
  const lines = figure?.data.slice(0, -1) as unknown as { x: (number | null)[]; line: { color: string } }[];
  const drawn = lines.filter((line) => line.x.length > 0);
  expect(drawn.map((line) => line.line.color)).toEqual([context.theme.mutedText, context.theme.accent]);
  expect(drawn[1].x.map((x) => x && Number(x.toFixed(9)))).toEqual([0, 0, null]); // Experts 0 and 2 of 4: top and bottom.
  const nodes = lines.length;
  expect(figure?.pick?.({ trace: nodes, x: 0, y: 1, index: 0 })).toEqual({ expert: 0 });
  expect(figure?.pick?.({ trace: nodes, x: 0, y: 1, index: 2 })).toEqual({ expert: null });
  expect(figure?.pick?.({ trace: 0, x: 0, y: 1, index: 0 })).toEqual({});
});

test('where nothing is counted, the picture says why', () => {
  const payload = star();
  payload.data.layers[0].coActivation = null;
  expect(coActivation(payload, context)).toMatchObject({
    data: [],
    summary: expect.stringContaining('may not have fitted')
  });
  payload.data.layers[0].k = 1;
  expect(coActivationGraph(payload, context)).toMatchObject({
    data: [],
    summary: expect.stringContaining('one expert')
  });
});
