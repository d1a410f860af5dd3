/** @file What the prose of the shipped notebooks says of their runs, held to what the runs printed. */
import { systems } from '@switchyard/kernel-lib';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Cell, cellsOf, changedDigits, unsupported } from '../support/prose';
import { SAID } from '../support/said';

const names = readdirSync(join(import.meta.dirname, '../../notebooks')).filter((name) => name.endsWith('.ipynb'));

test.each(names)('%s says no figure that its outputs do not hold', (name) => {
  expect(unsupported(cellsOf(name), SAID[name] ?? [])).toEqual([]);
});

const SAVED = 'the run saved in the notebook';

test.each(systems.filter(({ note }) => note?.includes(SAVED)))(
  'what the note of $id says of its notebook, the notebook holds',
  (entry) => {
    const source = entry.note!.slice(entry.note!.indexOf(SAVED));
    expect(/\d\.\d/.test(source)).toBe(true);
    expect(
      unsupported(
        [...cellsOf(basename(entry.notebook!)), { cell_type: 'markdown', source: `# Note\n${source}` }],
        SAID[basename(entry.notebook!)]
      )
    ).toEqual([]);
  }
);

test('numbers are listed of notebooks that there are', () => {
  expect(Object.keys(SAID).filter((name) => !names.includes(name))).toEqual([]);
});

test('each figure whose last digit is one more is noticed', () => {
  const all = names.flatMap((name) => changedDigits(cellsOf(name)).map((each) => ({ name, ...each })));
  expect(all.length).toBeGreaterThan(200);
  const unnoticed = all.filter(({ name, changed }) => unsupported(changed, SAID[name] ?? []).length === 0);
  // One that hits upon another number of its section is tied to its own, in said.ts.
  expect(unnoticed.map(({ name, number }) => `${name}: ${number}`)).toEqual([]);
});

test('of all other last digits nearly each is noticed', () => {
  const noticed = names.flatMap(
    (name) =>
    [2, 3, 4, 5, 6, 7, 8, 9].flatMap((by) => changedDigits(cellsOf(name), by).map(({ changed }) => unsupported(changed, SAID[name] ?? []).length > 0)) // prettier-ignore
  );
  expect(noticed.filter(Boolean).length / noticed.length).toBeGreaterThan(0.95);
});

describe('a figure', () => {
  const code = (text: string): Cell => ({ cell_type: 'code', source: 'run()', outputs: [{ text }] });
  const prose = (source: string): Cell => ({ cell_type: 'markdown', source });
  const faults = (text: string, said: string, listed: Parameters<typeof unsupported>[1] = []) =>
    unsupported([code(text), prose(said)], listed);

  test('is found to its rounding, with its thousands apart', () => {
    expect(
      faults('loss 2.3149, 12345 steps, -0.06 nats', 'It is 2.31 or 2.3, after 12,345 steps, and 0.06 lower.')
    ).toEqual([]);
    expect(faults('loss 2.3149', 'It is 2.32.')).toEqual(['2.32 in "It is 2.32."']);
    expect(faults('loss 2.3149', 'It is 2.314.')).toHaveLength(1);
  });

  test('with an interval is found with that interval', () => {
    expect(faults('a 1.20 ± 0.31\nb 4.00 +- 0.52', 'By 1.2 +- 0.3, and 4.0 ± 0.5.')).toEqual([]);
    expect(faults('a 1.20 ± 0.31\nb 4.00 +- 0.52', 'By 1.2 +- 0.5.')).toEqual(['1.2 ± 0.5 in "By 1.2 +- 0.5."']);
  });

  test('is no figure in code or an address, and a name is none', () => {
    expect(faults('1', 'Of `top(7)` in [it](https://x.org/2410.10846), SmolLM2 and v8.')).toEqual([]);
  });

  test('is looked for in outputs of its section, where it has one that prints', () => {
    const later = [code('1'), prose('## Another'), code('2'), prose('It is 1.')];
    expect(unsupported(later, [])).toEqual(['1 in "It is 1."']);
    expect(unsupported([...later.slice(0, 3), prose('It is 2.')], [])).toEqual([]);
    // A section that prints nothing, and a heading with prose below it, speak of what was before.
    expect(unsupported([code('1'), prose('## Another'), prose('It is 1.')], [])).toEqual([]);
    expect(unsupported([code('1'), prose('## Another\n\nIt is 1.'), code('2')], [])).toEqual([]);
  });

  test('is looked for in outputs before it, and not in the record of the environment', () => {
    expect(unsupported([code('1'), prose('It is 9.'), code('9')], [])).toHaveLength(1);
    expect(unsupported([prose('There are 9.'), code('9')], [])).toEqual([]);
    const record = { cell_type: 'code', source: '', outputs: [{ data: { 'application/vnd.switchyard.environment.v1+json': {}, 'text/plain': 'node 9' } }] }; // prettier-ignore
    expect(unsupported([code('1'), record, prose('It is 9.')], [])).toHaveLength(1);
  });

  test('that is listed must be said, and be what the outputs give', () => {
    const listed = { says: 'ahead by 0.3', because: 'a difference', are: (printed: (number: string) => number) => [printed('2.5') - printed('2.2')] }; // prettier-ignore
    expect(faults('2.5 and 2.2', 'It is ahead by 0.3 nats.', [listed])).toEqual([]);
    expect(faults('2.5 and 2.2', 'It is ahead by 0.4 nats.', [listed])).toHaveLength(2);
    expect(faults('2.5 and 2.2', 'It is ahead by 0.3 nats.', [{ ...listed, are: () => [0.2] }])).toEqual(['"ahead by 0.3" is 0.2 by the outputs']); // prettier-ignore
    expect(() => faults('2.5 and 2.3', 'It is ahead by 0.3 nats.', [listed])).toThrow('no output prints 2.2');
  });
});
