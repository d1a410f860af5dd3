import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { core, nas } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tables-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EPOCHS = [1, 2, 3, 6, 9];
const space = nas.space({
  layers: nas.integer(1, 3),
  norm: nas.categorical([true, false]),
  rate: nas.categorical([0.001, 0.1]),
  activation: nas.categorical(['ReLU', 'Mish']),
  // Only where there is a norm.
  momentum: nas.when('norm', true, nas.categorical([0.9, 0.99]))
});

interface Row extends Record<string, unknown> {
  epoch: number;
}

/** A table by a seed: each candidate at each epoch; its accuracy grows to a level of its own. */
function rowsOf(seed: number): Row[] {
  const next = core.Random.fromSeed(seed).generator();
  return [...space.points()].flatMap((point) => {
    const [level, seconds] = [50 + 40 * next(), 1 + next()];
    return EPOCHS.map((epoch) => ({
      ...point,
      epoch,
      'valid-acc': level * (1 - 0.5 ** epoch),
      latency: seconds,
      size_MB: (point.layers as number) * 1.5
    }));
  });
}

const COLUMNS = ['layers', 'norm', 'rate', 'activation', 'momentum', 'epoch', 'valid-acc', 'latency', 'size_MB'];
// As Python writes truth.
const cell = (value: unknown) => (value === undefined ? '' : value === true ? 'True' : value === false ? 'False' : String(value)); // prettier-ignore
const csv = (rows: readonly Row[], columns = COLUMNS) =>
  [columns.join(','), ...rows.map((row) => columns.map((name) => cell(row[name])).join(','))].join('\n');
const lines = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).join('\n') + '\n';

function write(name: string, text: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const MEASURES = { value: 'valid-acc', latency: 'latency', size: 'size_MB' };
const open = (file: string, options: Partial<nas.TabularFileOptions> = {}) =>
  nas.tabularFile({ ...{ file, space, fidelity: 'epoch', measures: MEASURES }, ...options });
const opened = (text: string, options: Partial<nas.TabularFileOptions> = {}, name = 'table.csv') =>
  open(write(name, text), options);

/** What a table says of a point, with the curve. */
function ask(table: nas.TabularFile, point: nas.Point, resource?: number) {
  const curve: [number, number][] = [];
  const measured = table.evaluate(
    { point, ...(resource !== undefined && { resource }), report: (...step: [number, number]) => curve.push(step) } as never, // prettier-ignore
    {} as never
  );
  return { measured, curve };
}

describe('a table in a file', () => {
  test.each([
    ['CSV', 'a.csv', (rows: Row[]) => csv(rows)],
    ['CSV, zipped, of another order, with CRLF and a byte order mark', 'b.csv.gz', (rows: Row[]) => gzipSync('\uFEFF' + csv([...rows].reverse(), [...COLUMNS].reverse()).replaceAll('\n', '\r\n') + '\r\n')], // prettier-ignore
    ['CSV with quotes', 'c.csv', (rows: Row[]) => csv(rows).replaceAll('ReLU', '"ReLU"')],
    ['JSON lines', 'd.jsonl', (rows: Row[]) => '\uFEFF' + lines(rows)],
    ['JSON lines, zipped', 'e.ndjson.gz', (rows: Row[]) => gzipSync(lines(rows))]
  ])('is read: %s', async (_what, name, text) => {
    const rows = rowsOf(1);
    const table = await open(write(name, text(rows)));
    expect(table.fidelities).toEqual(EPOCHS);
    expect(table.size).toBe(3 * 2 * 2 * 3);
    for (const row of rows) {
      const point = Object.fromEntries(space.leaves.flatMap(({ label }) => (label in row ? [[label, row[label]]] : []))) as nas.Point; // prettier-ignore
      const { measured, curve } = ask(table, point, row.epoch);
      expect(measured).toEqual({ value: row['valid-acc'], latency: row.latency, size: row.size_MB });
      // The curve up to the epoch, and nothing after it.
      expect(curve.map(([step]) => step)).toEqual(EPOCHS.filter((epoch) => epoch <= row.epoch));
      expect(curve.at(-1)).toEqual([row.epoch, row['valid-acc']]);
    }
  });

  test('without a resource it says the last epoch; without a fidelity there are no curves', async () => {
    const rows = rowsOf(1);
    const table = await opened(csv(rows));
    const { epoch: _epoch, ...last } = rows.find(({ epoch }) => epoch === 9)!;
    const point = Object.fromEntries(Object.entries(last).slice(0, 5)) as nas.Point;
    expect(ask(table, point).measured).toMatchObject({ value: last['valid-acc'] });
    expect(ask(table, point).curve).toHaveLength(5);
    expect(() => ask(table, point, 4)).toThrow(
      'nas.tabularFile: the resource of a trial must be a fidelity of the table (1, 2, 3, 6, 9), got 4'
    );
    const flat = await opened(csv(rows.filter(({ epoch }) => epoch === 9), COLUMNS.filter((name) => name !== 'epoch')), { fidelity: undefined }); // prettier-ignore
    expect(flat.fidelities).toEqual([]);
    expect(ask(flat, point)).toMatchObject({ measured: { value: last['valid-acc'] }, curve: [] });
  });

  test('with ASHA a study finds what going through the table finds, at a part of its epochs', async () => {
    const rows = rowsOf(2);
    const { evaluate } = await opened(csv(rows));
    const best = rows.filter(({ epoch }) => epoch === 9).sort((a, b) => (b['valid-acc'] as number) - (a['valid-acc'] as number))[0]; // prettier-ignore
    const result = await nas.study({
      ...{ space, evaluate, storage: 'memory', progress: false, trials: 200 },
      ...{ strategy: nas.asha({ minResource: 1, maxResource: 9 }), objectives: [{ name: 'value', better: 'higher' }] }
    });
    // Curves do not cross, so that the best of each rung is the best.
    expect(result.best!.values.value).toBe(best['valid-acc']);
    expect(result.best!.intermediate.map(([step]) => step)).toEqual(EPOCHS);
    // All at one epoch; the best third and the best ninth of them at more, and who was among the best when it came.
    const at = (epoch: number) => result.trials.filter(({ resource }) => resource === epoch).length;
    expect(at(1)).toBe(36);
    expect(at(3)).toBeGreaterThanOrEqual(12);
    expect(at(3)).toBeLessThan(18);
    expect(at(9)).toBeGreaterThanOrEqual(4);
    expect(at(9)).toBeLessThan(9);
    expect(result.trials.every(({ state }) => state !== 'failed')).toBe(true);
    const paused = result.trials.find(({ resource }) => resource === 3)!;
    expect(paused.intermediate.map(([step]) => step)).toEqual([1, 2, 3]);
  });

  test('a table that is a part of a space is a constraint of it', async () => {
    const rows = rowsOf(3).filter(({ layers }) => layers === 2);
    const table = await opened(csv(rows), { partial: true });
    const limited = nas.space(space.choices, { constraints: [table.constraint()] });
    expect([...limited.points()]).toHaveLength(12);
    expect([...limited.points()].every(({ layers }) => layers === 2)).toBe(true);
    const other = { ...[...limited.points()][0], layers: 1 };
    expect(table.has(other)).toBe(false);
    expect(() => ask(table, other)).toThrow('the table must have the candidate, got layers=1, norm=true, rate=0.001');
    const wide = nas.space({ ...space.choices, layers: nas.integer(1, 10 ** 6) });
    await expect(opened(csv(rows), { space: wide })).rejects.toThrow('must be of at most 2000000 candidates');
  });

  test('columns of JAHS-Bench-201 are known by an option, with two rows of names too', async () => {
    const jahs = nas.space({
      cells: nas.categorical([1, 3]),
      width: nas.categorical([4]),
      operations: nas.repeated(6, nas.categorical([0])),
      resolution: nas.categorical([0.25, 1]),
      activation: nas.categorical(['ReLU', 'Hardswish']),
      trivialAugment: nas.categorical([true, false]),
      optimizer: nas.categorical(['SGD']),
      learningRate: nas.categorical([0.1]),
      weightDecay: nas.categorical([1e-5])
    });
    const names = ['Optimizer', 'N', 'W', 'Op1', 'Op2', 'Op3', 'Op4', 'Op5', 'Op6', 'Resolution', 'TrivialAugment', 'Activation', 'LearningRate', 'WeightDecay', 'epoch', 'valid-acc', 'test-acc', 'train-acc', 'latency', 'size_MB', 'FLOPS', 'runtime']; // prettier-ignore
    const rows = [...jahs.points()].flatMap((point) => [1, 2].map((epoch) => ({ point, epoch })));
    const body = rows.map(({ point: { cells, resolution, trivialAugment, activation }, epoch }) => {
      const [n, augment] = [cells as number, trivialAugment === true ? 'True' : 'False'];
      const choices = ['SGD', `${n}.0`, 4, 0, 0, 0, 0, 0, 0, resolution, augment, activation, 0.1, '1e-05', epoch];
      return [...choices, 10 * n + epoch, 50, 60, 0.01, n, 1e6, 3].join(',');
    });
    const upper = names.map((_, i) => (i < 15 ? 'features' : 'labels')).join(',');
    // As `to_csv` of pandas 3.1.1 writes the benchmark's own table: numbers of rows in front, by what it was split behind.
    const split = [`,${upper},groups,strata`, `,${names.join(',')},model_ID,fidelity_ID`];
    const numbered = body.map((row, i) => `${i + 7},${row},${i % 3},2`);
    for (const text of [
      [names.join(','), ...body],
      [`,${names.join(',')}`, ...body.map((row, i) => `${i},${row}`)],
      [upper, names.join(','), ...body],
      [...split, ...numbered],
      [...split, `Sample ID${','.repeat(names.length + 2)}`, ...numbered]
    ]) {
      const table = await nas.tabularFile({ file: write('jahs.csv', text.join('\n')), space: jahs, columns: 'jahs-bench-201' }); // prettier-ignore
      expect(table.size).toBe(16);
      const point = jahs.sample(core.Random.fromSeed(0).generator());
      const { measured, curve } = ask(table, point, 2);
      const value = 10 * (point.cells as number) + 2;
      expect(measured).toEqual({
        value,
        test: 50,
        train: 60,
        latency: 0.01,
        size: point.cells,
        flops: 1e6,
        runtime: 3
      });
      expect(curve).toEqual([[1, value - 1], [2, value]]); // prettier-ignore
    }
    // Of the measures one may be asked for alone.
    const one = await nas.tabularFile({ file: join(folder, 'jahs.csv'), space: jahs, columns: 'jahs-bench-201', measures: ['test-acc'] }); // prettier-ignore
    expect(ask(one, jahs.sample(core.Random.fromSeed(0).generator())).measured).toEqual({ 'test-acc': 50 });
  });
});

describe('refuses', () => {
  const good = rowsOf(1);
  const with_ = (at: number, change: Partial<Row>) => good.map((row, i) => (i === at ? ({ ...row, ...change } as Row) : row)); // prettier-ignore

  test.each<[string, string, Partial<nas.TabularFileOptions>, string]>([
    ['a candidate that is missing', csv(good.slice(5)), {}, 'the table must have all candidates of the space, or be { partial: true }, got none of layers=1, norm=true, rate=0.001, activation="ReLU", momentum=0.9'], // prettier-ignore
    ['a missing epoch', csv(good.filter((_, i) => i !== 7)), {}, 'a candidate must have a row at each fidelity (1, 2, 3, 6, 9), got layers=1, norm=true, rate=0.001, activation="ReLU", momentum=0.99 without 3'], // prettier-ignore
    ['a row that is there twice', csv([...good, good[3]]), {}, 'a row must be there once (line 182), got layers=1, norm=true, rate=0.001, activation="ReLU", momentum=0.9 at 6'], // prettier-ignore
    ['NaN', csv(with_(2, { latency: NaN })), {}, '"latency" (line 4) must be a finite number, got NaN'],
    ['an empty measure', csv(with_(2, { 'valid-acc': '' })), {}, '"valid-acc" (line 4) must be a finite number, got '],
    ['infinity', csv(with_(2, { 'valid-acc': 'Infinity' })), {}, '"valid-acc" (line 4) must be a finite number, got Infinity'], // prettier-ignore
    [
      'infinity as Python writes it',
      csv(with_(2, { 'valid-acc': 'inf' })),
      {},
      '"valid-acc" (line 4) must be a finite number, got inf'
    ],
    ['an epoch that is none', csv(with_(0, { epoch: 'one' as never })), {}, '"epoch" (line 2) must be a finite number, got one'], // prettier-ignore
    ['a column that is not in the space', csv(good.map((row) => ({ ...row, seed: 1 })), [...COLUMNS, 'seed']), {}, 'columns must be of the space, measures or ignored (line 2), got seed'], // prettier-ignore
    ['a choice without a column', csv(good, COLUMNS.filter((name) => name !== 'rate')), {}, '"rate" (line 2) must be a value of its choice (0.001, 0.1), got undefined'], // prettier-ignore
    ['a measure without a column', csv(good), { measures: ['test-acc'] }, 'the table must have the column "test-acc"'],
    ['a fidelity without a column', csv(good), { fidelity: 'step' }, 'the table must have the column "step"'],
    ['no measure', csv(good), { measures: undefined }, 'measures must name columns of the table'],
    ['a number out of range', csv(with_(0, { layers: 4 })), {}, '"layers" (line 2) must be a value of its choice (1..3), got 4'], // prettier-ignore
    ['a value that is no choice', csv(with_(0, { activation: 'Tanh' })), {}, '"activation" (line 2) must be a value of its choice (ReLU, Mish), got Tanh'], // prettier-ignore
    ['a value where the choice does not apply', csv(with_(10, { norm: false, momentum: 0.9 })), {}, '"momentum" must be empty where its choice does not apply (line 12), got 0.9'], // prettier-ignore
    ['a column twice', csv(good, [...COLUMNS, 'rate']), {}, 'each column must have a name of its own, got rate'],
    ['too few cells', `${csv(good)}\n1,True`, {}, 'line 182 must have a cell for each column (9), got 2'],
    ['a quote without an end', `${csv(good)}\n1,"True`, {}, 'line 182 must be CSV, got 1,"True'],
    ['a table without a row', COLUMNS.join(','), {}, 'the table must have a row']
  ])('%s', async (_what, text, options, message) => {
    await expect(opened(text, options)).rejects.toThrow(`nas.tabularFile: ${message}`);
  });

  test('lines that are no JSON objects, other files, files that are not there', async () => {
    const nan = lines(good).replace(/"latency":[\d.]+/, '"latency":NaN');
    await expect(opened(nan, {}, 'nan.jsonl')).rejects.toThrow('line 1 must be a JSON object');
    await expect(opened('[1]', {}, 'list.jsonl')).rejects.toThrow('line 1 must be a JSON object');
    await expect(opened(lines(with_(1, { latency: null })), {}, 'null.jsonl')).rejects.toThrow('"latency" (line 2) must be a finite number, got null'); // prettier-ignore
    await expect(open(join(folder, 'table.parquet'))).rejects.toThrow('the file must end in .csv, .jsonl or .ndjson');
    await expect(open(join(folder, 'nowhere.csv'))).rejects.toThrow('ENOENT');
    await expect(open(join(folder, 'nowhere.csv.gz'))).rejects.toThrow('ENOENT');
    await expect(open(write('broken.csv.gz', 'no gzip'))).rejects.toThrow('incorrect header check');
  });

  test('an empty cell, which is neither 0 nor a text; a text with quotes is one', async () => {
    const own = nas.space({ stride: nas.categorical([0, 1]), name: nas.categorical(['a "b", c', 'd']) });
    const text = (stride: string) => ['stride,name,value', `${stride},"a ""b"", c",1`, '0,d,2', '1,d,3', '1,"a ""b"", c",4'].join('\n'); // prettier-ignore
    const options = { space: own, fidelity: undefined, measures: ['value'] };
    expect(ask(await opened(text('0'), options), { stride: 0, name: 'a "b", c' }).measured).toEqual({ value: 1 });
    await expect(opened(text(''), options)).rejects.toThrow(
      '"stride" (line 2) must be a value of its choice (0, 1), got '
    );
  });

  test('but columns that are ignored, and with an option what is there twice', async () => {
    const more = good.map((row, i) => ({ ...row, '': i }));
    const table = await opened(csv(more, ['', ...COLUMNS]), { ignore: [''] });
    expect(table.size).toBe(36);
    const twice = await opened(csv([...good, { ...good[3], 'valid-acc': 0 }]), { duplicates: 'first' });
    const point = Object.fromEntries(Object.entries(good[3]).slice(0, 5)) as nas.Point;
    expect(ask(twice, point, 6).measured).toMatchObject({ value: good[3]['valid-acc'] });
  });
});
