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
  return { numbers, looked, drawn, button: () => numbers.node.querySelector('button') };
}

test('a table that is closed has no rows; of one that is open few rows are all there', () => {
  expect(shown(3, false).drawn()).toHaveLength(0);
  const { drawn, button } = shown(256);
  expect(drawn()).toHaveLength(256);
  expect(button()).toBeNull();
});

test('of ten thousand rows some are laid out, and all where the reader asks', () => {
  const { numbers, drawn, button, looked } = shown(10_000);
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
