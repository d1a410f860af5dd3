import { expect, test } from 'vitest';
import { cellAt, layoutStrip, lineOf } from '../../../../extension/charts/routing/stripLayout';

const sizes = { gutter: 10, width: 100, rows: 3, textHeight: 20, rowHeight: 10, gap: 5 };

test('lines break where the next token does not fit', () => {
  // 10 + 40 + 50 fills the line; 91 is wider than a line and stands alone.
  const layout = layoutStrip([40, 50, 1, 91, 30], sizes);
  expect(layout.lines).toEqual([0, 2, 3, 4]);
  expect([...layout.left]).toEqual([10, 50, 10, 10, 10]);
  expect(layout.lineHeight).toBe(55);
  expect(layout.height).toBe(220);
  expect([0, 1, 2, 3, 4].map((token) => lineOf(layout, token))).toEqual([0, 0, 1, 2, 3]);
});

test('a point is in a token and row; a text is in its first row', () => {
  const layout = layoutStrip([40, 50, 30, 20], sizes);
  expect(cellAt(layout, 10, 0)).toEqual({ row: 0, token: 0 });
  expect(cellAt(layout, 49.9, 29.9)).toEqual({ row: 0, token: 0 });
  expect(cellAt(layout, 50, 30)).toEqual({ row: 1, token: 1 });
  expect(cellAt(layout, 45, 55 + 49)).toEqual({ row: 2, token: 3 });
});

test('between lines, on labels, past the end of a line and below all there is no cell', () => {
  const layout = layoutStrip([40, 50, 30, 20], sizes);
  expect(cellAt(layout, 20, 52)).toBeNull();
  expect(cellAt(layout, 5, 25)).toBeNull();
  expect(cellAt(layout, 70, 80)).toBeNull();
  expect(cellAt(layout, 20, 120)).toBeNull();
});
