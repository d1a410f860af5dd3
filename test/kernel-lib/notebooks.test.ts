import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../notebooks');
const UNFINISHED = /\b(TODO|FIXME|PROSE|TBD|XXX)\b/;

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.ipynb'));

interface Cell {
  cell_type: string;
  source: string[] | string;
  outputs?: { output_type: string }[];
}

test.each(names)('%s is finished: no cell waits to be written, and none ended with an error', (name) => {
  const { cells } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as { cells: Cell[] };
  const textOf = ({ source }: Cell): string => (typeof source === 'string' ? source : source.join(''));
  expect(cells.length).toBeGreaterThan(3);
  expect(cells.map(textOf).filter((text) => UNFINISHED.test(text) || text.trim() === '')).toEqual([]);
  const failed = cells.filter(({ outputs }) => outputs?.some((output) => output.output_type === 'error'));
  expect(failed.map(textOf).filter((text) => !text.includes('throws'))).toEqual([]);
});
