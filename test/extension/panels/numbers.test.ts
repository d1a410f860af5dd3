// @vitest-environment jsdom
import '../support/browser';
import { expect, test } from 'vitest';
import type { ITable } from '../../../extension/base/table';
import type { IView } from '../../../extension/base/view';
import { Numbers } from '../../../extension/panels/numbers';
import { trans } from '../support/payloads';

const tableOf = (rows: number): ITable => ({
  columns: ['trial', 'loss'],
  rows: Array.from({ length: rows }, (_, i) => [`${i}`, `${i / 2}`]),
  pick: (row) => ({ choices: { row: String(row) } })
});

function shown(rows: number, open = true) {
  const looked: Partial<IView>[] = [];
  const numbers = new Numbers('Numbers', 'Trials', { trans, open, looked: (view) => looked.push(view) });
  document.body.append(numbers.node);
  numbers.show(tableOf(rows));
  const drawn = () => [...numbers.node.querySelectorAll('tbody tr')] as HTMLElement[];
  const scroll = () => numbers.node.querySelector('div')!.dispatchEvent(new Event('scroll'));
  return { numbers, looked, drawn, scroll, button: () => numbers.node.querySelector('button') };
}

test('a table that is closed has no rows; of one that is open few rows are all there', () => {
  const closed = shown(256, false);
  expect(closed.drawn()).toHaveLength(0);
  closed.numbers.node.open = true;
  closed.numbers.show(tableOf(256));
  expect(closed.drawn()).toHaveLength(256);
  expect(shown(64).drawn()).toHaveLength(64);
  const { drawn, button, scroll, numbers } = shown(256);
  expect(drawn()).toHaveLength(64);
  scroll();
  expect(drawn()).toHaveLength(256);
  numbers.show(tableOf(200));
  expect(drawn()).toHaveLength(200);
  expect(button()).toBeNull();
});

test('of ten thousand rows some are laid out, and all where the reader asks', () => {
  const { numbers, drawn, button, looked, scroll } = shown(10_000);
  scroll();
  expect(drawn()).toHaveLength(256);
  expect(button()!.textContent).toBe('Show 9744 more rows');
  drawn()[255].click();
  button()!.click();
  expect(drawn()).toHaveLength(10_000);
  expect(button()).toBeNull();
  expect(numbers.node.contains(document.activeElement)).toBe(true);
  drawn()[9999].click();
  expect(looked).toEqual([{ choices: { row: '255' } }, { choices: { row: '9999' } }]);
  // What was asked for stays, snapshot after snapshot.
  numbers.show(tableOf(300));
  expect(drawn()).toHaveLength(300);
});

test('rows whose words stay are the same elements, wherever they stand, and clicks mean their new places', () => {
  const { numbers, drawn, looked } = shown(4);
  const before = drawn();
  const rows = [['0', '0'], ['9', '4.5'], ['1', '0.5'], ['2', '7'], ['1', '0.5']]; // prettier-ignore
  numbers.show({ ...tableOf(0), rows });
  const after = drawn();
  expect(after.map((row) => [...row.children].map(({ textContent }) => textContent))).toEqual(rows);
  expect(after.map((row) => before.indexOf(row))).toEqual([0, -1, 1, -1, -1]);
  after[2].click();
  expect(looked).toEqual([{ choices: { row: '2' } }]);
  numbers.show({ ...tableOf(0), rows: [...rows].reverse() });
  expect(drawn().map(({ textContent }) => textContent)).toEqual([...rows].reverse().map((row) => row.join('')));
  numbers.show({ columns: ['other'], rows: [['0']] });
  expect(numbers.node.querySelector('thead')!.textContent).toBe('other');
  expect(drawn()).toHaveLength(1);
});
