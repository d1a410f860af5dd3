import { expect, test } from 'vitest';
import { specialisation } from '../../../../extension/charts/routing/specialisation';
import { context, routing } from '../../support/payloads';

function special() {
  const payload = routing('small');
  payload.data.domains = ['prose', 'python', 'never met'];
  payload.data.tokenClasses = ['letters', '<b>digits</b>'];
  Object.assign(payload.data.layers[0], {
    experts: [],
    domainLoad: [
      [0.4, 0.3, 0.3, 0],
      [0.1, 0.5, 0.4, 0],
      [0, 0, 0, 0]
    ],
    classLoad: [
      [0.25, 0.25, 0.5, 0],
      [0.75, 0.25, 0, 0]
    ]
  });
  return payload;
}

/** Shares over means, as they are told of each cell. */
const told = (figure: ReturnType<typeof specialisation>) =>
  (figure?.data[0] as unknown as { customdata: [number, number | null][][] }).customdata.map((row) =>
    row.map(([, ratio]) => (ratio === null ? null : Number(ratio.toFixed(9))))
  );

test('a cell is the expert’s share of a domain over its mean share of the domains that were met', () => {
  const figure = specialisation(special(), context);
  // Means over prose and python: 0.25, 0.4, 0.35, 0.
  expect(told(figure)).toEqual([
    [1.6, 0.75, Number((0.3 / 0.35).toFixed(9)), null],
    [0.4, 1.25, Number((0.4 / 0.35).toFixed(9)), null],
    [null, null, null, null]
  ]);
  expect(figure?.summary).toContain('expert 0 leans to prose: 1.60 times its mean share');
  expect(specialisation(special(), { ...context, expert: 1 })?.summary).toContain(
    'Chosen: expert 1 leans to python: 1.25'
  );
  expect(figure?.table.rows[1].slice(0, 5)).toEqual(['expert 1', '30.0 %', '0.75', '50.0 %', '1.25']);
});

test('classes of tokens instead of domains, and experts by where they lean', () => {
  const choices = { 'specialisation.by': 'class', 'specialisation.order': 'group' };
  const figure = specialisation(special(), { ...context, expert: 0, choices });
  // Letters: experts 2 (twice its mean) and 1 (even); digits: 0 (1.5); expert 3 got nothing.
  expect(told(figure)).toEqual([
    [2, 1, 0.5, null],
    [0, 1, 1.5, null]
  ]);
  expect(figure?.layout.shapes).toMatchObject([{ x0: 1.5, x1: 2.5, y0: -0.5, y1: 1.5 }]);
  const click = (column: number) => figure?.pick?.({ trace: 0, x: column, y: 0, index: [0, column] });
  expect([click(0), click(2)]).toEqual([{ expert: 2 }, { expert: null }]);
  expect(JSON.stringify([figure?.data, figure?.layout]).replaceAll('<extra></extra>', '')).not.toContain('<');
});

test('without domains the classes are shown, and without both a sentence', () => {
  const payload = special();
  payload.data.layers[0].domainLoad = [];
  expect(told(specialisation(payload, context))).toHaveLength(2);
  delete payload.data.layers[0].classLoad;
  expect(specialisation(payload, context)).toMatchObject({ data: [], summary: expect.stringContaining('no domains') });
});
