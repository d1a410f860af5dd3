import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

type Row = { name: string; shape: string; direction: string; variant: string };
type Values = Record<string, { values: number[] }>;

const require = createRequire(__filename);
const { largestErrors } = require('./node/errors.js') as {
  largestErrors: (actual: Values, reference: Map<string, { values: number[] }>) => Record<string, number | null>;
};
const { ratioOfMedians, summarize } = require('./driver/statistics.js') as {
  ratioOfMedians: (samples: number[], base: number[]) => { ratio: number; low: number; high: number };
  summarize: (samples: number[]) => { medianMs: number; p10: number; p90: number };
};
const { inTurn } = require('./driver/inTurn.js') as {
  inTurn: (counts: { pairs: number; warmUps: number }, ways: (() => Promise<number>)[]) => Promise<number[][]>;
};

test('the smoke run finds custom ops, the composed path and the one-hot layer alike', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-smoke-'));
  try {
    const json = join(folder, 'rows.json');
    const run = join(__dirname, 'run.js');
    execFileSync(process.execPath, [run, '--smoke', '--json', json], { stdio: ['ignore', 'ignore', 'pipe'] });
    const rows = JSON.parse(readFileSync(json, 'utf8')) as Row[];
    expect(new Set(rows.map(({ variant }) => variant))).toEqual(new Set(['ours', 'composed', 'one-hot']));
    expect(new Set(rows.map(({ direction }) => direction))).toEqual(new Set(['forward', 'forward+backward']));
    expect(new Set(rows.map(({ shape }) => shape)).size).toBe(3);
    expect(rows).toHaveLength(18);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

test('a whole run ends well, on small shapes and without rivals, and writes the rows of every section', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-small-'));
  try {
    const json = join(folder, 'rows.json');
    const run = join(__dirname, 'run.js');
    execFileSync(process.execPath, [run, '--small', '--alone', '--json', json], {
      stdio: ['ignore', 'ignore', 'pipe']
    });
    const rows = JSON.parse(readFileSync(json, 'utf8')) as Row[];
    expect([...new Set(rows.map(({ name }) => name))]).toEqual([
      ...['layer', 'ops dispatched', 'host reads', 'peak memory', 'router', 'scaling', 'training step', 'telemetry'],
      ...['payload snapshot', 'import', 'import, model and first step']
    ]);
    const steps = rows.filter(({ name, variant }) => name === 'training step' && variant === 'ours');
    expect(steps.map(({ shape }) => shape)).toEqual([
      ...['routed transformer L1 d16 E4 k2 B2 N16', 'dense twin L1 d16 E4 k2 B2 N16']
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

test('values that differ, are missing or are not numbers are no agreement', () => {
  const reference = new Map([['y', { values: [1, -4] }]]);
  expect(largestErrors({ y: { values: [1, -4] } }, reference)).toEqual({ y: 0 });
  expect(largestErrors({ y: { values: [2, -4] } }, reference)).toEqual({ y: 0.25 });
  expect(largestErrors({ y: { values: [NaN, -4] } }, reference)).toEqual({ y: null });
  expect(largestErrors({ y: { values: [1] } }, reference)).toEqual({ y: null });
  expect(largestErrors({}, reference)).toEqual({ y: null });
});

test('median and spread', () => {
  expect(summarize([5, 1, 4, 2, 3])).toEqual({ medianMs: 3, p10: 1.4, p90: 4.6 });
});

test('a ratio of medians lies in its interval, which is narrow where pairs agree and wide where they do not', () => {
  const base = [10, 11, 12, 13, 14];
  const same = ratioOfMedians(
    base.map((each) => 1.1 * each),
    base
  );
  expect(same.ratio).toBeCloseTo(1.1, 12);
  expect([same.low, same.high].map((each) => Number(each.toFixed(9)))).toEqual([1.1, 1.1]);
  const { ratio, low, high } = ratioOfMedians([10, 30, 12, 8, 14], base);
  expect(ratio).toBe(1);
  expect(low).toBeLessThan(0.95);
  expect(high).toBeGreaterThan(1.1);
});

test('two ways are sampled in pairs whose order changes, the first of them untimed', async () => {
  const order: string[] = [];
  const way = (name: string) => () => Promise.resolve(order.push(name));
  expect(await inTurn({ pairs: 2, warmUps: 1 }, [way('a'), way('b')])).toEqual([
    [4, 5],
    [3, 6]
  ]);
  expect(order.join('')).toBe('abbaab');
});

test('a mixture that is written for it is opened lazily and continued, on small shapes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-large-'));
  try {
    const json = join(folder, 'rows.json');
    const words = [join(__dirname, 'run.js'), '--small', '--alone', '--only', 'large', '--json', json];
    execFileSync(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    const rows = JSON.parse(readFileSync(json, 'utf8')) as (Row & { value: number })[];
    expect(rows.map(({ name }) => name)).toEqual([
      ...['opening', 'first token', 'token', 'file', 'peak memory', 'hits of the expert cache']
    ]);
    rows.forEach(({ name, value }) => expect(value, name).toBeGreaterThan(0));
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

test('studies are timed in memory and in SQLite, on few trials', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-studies-'));
  try {
    const json = join(folder, 'rows.json');
    const words = [join(__dirname, 'run.js'), '--small', '--alone', '--only', 'search', '--json', json];
    execFileSync(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    const rows = JSON.parse(readFileSync(json, 'utf8')) as (Row & { value: number })[];
    const wall = rows.filter(({ variant }) => !variant.includes('processor'));
    expect(wall.map(({ shape, variant }) => `${shape.split(',')[0]}, ${variant}`).slice(0, 6)).toEqual([
      ...['random, in memory', 'random, SQLite', 'aged evolution, in memory', 'aged evolution, SQLite'],
      ...['ASHA, in memory', 'ASHA, SQLite']
    ]);
    expect(rows.filter(({ shape }) => shape.startsWith('60 trials'))).toHaveLength(5);
    wall.filter(({ shape }) => shape !== '2 workers').forEach(({ shape, value }) => expect(value, shape).toBeGreaterThan(0)); // prettier-ignore
    expect(rows.filter(({ variant }) => variant.includes('processor'))).toHaveLength(9);
    // On trials as short as these one worker may be through before the other has begun.
    expect(rows.find(({ shape }) => shape === '2 workers')!.value).toBeLessThanOrEqual(1.1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 180_000);
