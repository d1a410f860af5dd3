import type { SystemEntry } from '@switchyard/kernel-lib';
import { createRequire } from 'module';
import { expect, test } from 'vitest';

type Entry = Pick<SystemEntry, 'id' | 'function' | 'test' | 'notebook' | 'claim' | 'measured'>;
type Result = { file: string; name: string; status: string; seconds: number };
type Judge = (
  entries: Entry[],
  library: object,
  tests: Result[],
  exists: (path: string) => boolean
) => { status: string; claim: string; seconds: number }[];

const { chosen, judge } = createRequire(__filename)('../systems.js') as {
  chosen: <E extends { id: string }>(systems: readonly E[], only?: string) => E[];
  judge: Judge;
};

const entry: Entry = { id: 'thing', function: 'a.b', test: 'thing.test.ts' };
const passed: Result = { file: 'thing.test.ts', name: 'things [thing] work', status: 'passed', seconds: 1.23 };

const status = (changes: Partial<Entry>, tests: Result[] = [passed], files = ['thing.test.ts']) =>
  judge([{ ...entry, ...changes }], { a: { b: () => 0, c: 1 } }, tests, (path) => files.includes(path))[0].status;

test('an entry passes when all tests with its id do', () => {
  expect(status({})).toBe('passed');
  expect(status({}, [passed, { ...passed, status: 'failed' }])).toBe('failed');
});

test.each([
  [{ function: 'a.c' }, 'no function a.c'],
  [{ function: 'x.y' }, 'no function x.y'],
  [{ test: 'other.test.ts' }, 'no file other.test.ts'],
  [{ notebook: 'gone.ipynb' }, 'no file gone.ipynb'],
  [{ measured: { test: 'gone.slow.test.ts', figures: '', date: '' } }, 'no file gone.slow.test.ts'],
  [{ claim: 'claim held' } as const, 'no figures for "claim held"'],
  [{ id: 'other' }, 'no test with [other] in thing.test.ts']
])('%o: %s', (changes, message) => {
  expect(status(changes)).toBe(message);
});

test('a test of another file does not count, nor does an id listed twice', () => {
  expect(status({}, [{ ...passed, file: 'else.test.ts' }])).toBe('no test with [thing] in thing.test.ts');
  const twice = judge([entry, entry], { a: { b: () => 0 } }, [passed], () => true);
  expect(twice.map((row) => row.status)).toEqual(['passed', 'the id is listed twice']);
});

test('a row says what is known of the claim, and the seconds of its tests together', () => {
  const rows = (entries: Entry[]) =>
    judge(entries, { a: { b: () => 0 } }, [passed, { ...passed, seconds: 2.5 }], () => true);
  expect(rows([entry])[0]).toMatchObject({ claim: 'mechanism', seconds: 3.7, status: 'passed' });
  const measured = { test: 'thing.slow.test.ts', figures: '1 +- 0.1', date: '2026-11-29' };
  expect(rows([{ ...entry, claim: 'claim held', measured }])[0]).toMatchObject({
    claim: 'claim held',
    status: 'passed'
  });
});

test('those that are named are chosen, in the order of the table; a name that is not in it is refused', () => {
  const table = ['a', 'b', 'c'].map((id) => ({ id }));
  const ids = (only?: string) => chosen(table, only).map(({ id }) => id);
  expect([ids(), ids('c,a'), ids('b')]).toEqual([['a', 'b', 'c'], ['a', 'c'], ['b']]);
  expect(() => ids('a,x')).toThrow('systems: --only must name ids of the table, got "x"');
});
