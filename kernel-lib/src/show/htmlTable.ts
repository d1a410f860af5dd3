import { element } from './markup';
import type { Markup } from './markup';

/**
 * Rows of cells as a table of HTML; the first is its head, the last its foot.
 *
 * @param left - How many of the first columns stand to the left; the others stand to the right.
 */
export function htmlTable(caption: string, rows: readonly (readonly string[])[], left: number): Markup {
  const row = (cell: 'td' | 'th', cells: readonly string[]): Markup =>
    element(
      'tr',
      {},
      cells.map((text, i) => element(cell, { style: `text-align: ${i < left ? 'left' : 'right'}` }, text))
    );
  return element('table', {}, [
    element('caption', { style: 'text-align: left; caption-side: top' }, caption),
    element('thead', {}, [row('th', rows[0])]),
    element(
      'tbody',
      {},
      rows.slice(1, -1).map((cells) => row('td', cells))
    ),
    element('tfoot', {}, [row('th', rows.at(-1) ?? [])])
  ]);
}
