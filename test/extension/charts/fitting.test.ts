import { expect, test } from 'vitest';
import { loadHeatmap } from '../../../extension/charts/routing/loadHeatmap';
import { routingScalars } from '../../../extension/charts/routing/routingScalars';
import type { IFigure } from '../../../extension/charts/figure';
import { fitting, textWidth } from '../../../extension/charts/fitting';
import { context, routing } from '../support/payloads';

const titlesIn = ({ layout }: IFigure): string[] =>
  (layout.annotations ?? []).map(({ text }) => (text ?? '').replace(/<[^>]*>/g, '').trim());

test('the longest form that fits is taken, the last where none does', () => {
  const forms = ['a long title', 'a title', 'title'];
  expect(fitting(forms, textWidth('a long title'))).toBe('a long title');
  expect(fitting(forms, textWidth('a long title') - 1)).toBe('a title');
  expect(fitting(forms, 1)).toBe('title');
  expect(fitting(forms, textWidth('a title', 22), 22)).toBe('a title');
});

test('a narrow heatmap gives its bounds up for its cells, and says in fewer words what its colours mean', () => {
  const wide = loadHeatmap(routing(), { ...context, width: 430 })!;
  const narrow = loadHeatmap(routing(), { ...context, width: 230 })!;
  const titleOf = ({ data }: IFigure): string =>
    (data[0] as unknown as { colorbar: { title: { text: string } } }).colorbar.title.text;
  expect(titlesIn(wide)).toHaveLength(2);
  expect(titlesIn(narrow)).toEqual([]);
  expect(narrow.layout.margin!.r).toBeLessThan(wide.layout.margin!.r!);
  expect([titleOf(wide), titleOf(narrow)]).toEqual([
    'load as a multiple of the fair share, at most 8×',
    'times the fair share, at most 8×'
  ]);
  expect(narrow.table).toEqual(wide.table);
});

test('the names of lines give way before the titles of their plots do', () => {
  const [wide, narrow] = [430, 230].map((width) =>
    titlesIn(routingScalars(routing('finished'), { ...context, width })!)
  );
  expect(wide).toContain('MaxVio between 0 and 7');
  expect(wide.filter((text) => text === 'layer 0 1 2 3')).toHaveLength(8);
  expect(narrow).toContain('MaxVio');
  expect(narrow).toContain('coefficient of variation');
  expect(narrow).toContain('layer 0 1 2 3');
  const after = narrow[narrow.indexOf('coefficient of variation') + 1];
  expect(after).toBe('');
});
