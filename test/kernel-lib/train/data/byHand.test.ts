/** @file What of texts and files is read, in which order and how much of it, and what else each function refuses. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { core, data } from '@switchyard/kernel-lib';
import { findPackage } from '@switchyard/kernel-lib/dist/train/data/findPackage.js';
import { pick } from '@switchyard/kernel-lib/dist/train/data/pick.js';
import { split } from '@switchyard/kernel-lib/dist/train/data/split.js';
import { walk } from '@switchyard/kernel-lib/dist/train/data/walk.js';
import { describe, expect, onTestFinished, test } from 'vitest';

const random = core.Random.fromSeed(1);
const all = () => true;

/** A folder of these files, by path. */
function folderOf(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'switchyard-data-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

describe('a walk', () => {
  test('is sorted at every level, follows no links and enters what it may', () => {
    const root = folderOf({ 'b/z.ts': '', 'b/a.ts': '', 'a.ts': '', 'c.ts': '', 'c.js': '', 'tests/x.ts': '', 'b/tests/y.ts': '' }); // prettier-ignore
    symlinkSync(join(root, 'b'), join(root, 'link'));
    const found = walk(root, (name) => name.endsWith('.ts'), (name) => name !== 'tests'); // prettier-ignore
    expect(found).toEqual(['a.ts', 'b/a.ts', 'b/z.ts', 'c.ts']);
  });

  test('passes over a folder that is not there or not to be read, and not over what is none', () => {
    const root = folderOf({ 'a.ts': '', 'closed/b.ts': '' });
    expect(walk(join(root, 'none'), all, all)).toEqual([]);
    expect(() => walk(join(root, 'a.ts'), all, all)).toThrow('ENOTDIR');
    chmodSync(join(root, 'closed'), 0);
    // Who is root reads it all the same.
    expect(walk(root, all, all)).toEqual(process.getuid?.() === 0 ? ['a.ts', 'closed/b.ts'] : ['a.ts']);
    chmodSync(join(root, 'closed'), 0o755);
  });
});

describe('what is picked of files', () => {
  const files = (texts: string[]) => texts.map((text, i) => ({ name: String(i), read: () => text }));
  const picked = async (texts: string[], maxBytes: number) =>
    (await pick(files(texts), maxBytes, random)).map(({ text }) => text);

  test('as much as there is room for, to the last byte, then up to the end of a line', async () => {
    expect(await picked(['one\ntwo\n'], 8)).toEqual(['one\ntwo\n']);
    expect(await picked(['one\ntwo\n'], 7)).toEqual(['one\n']);
    expect(await picked(['one\ntwo\n'], 4)).toEqual(['one\n']);
    expect((await picked(['aaaa\n', 'aaaa\n', 'aaaa\n'], 12)).join('')).toBe('aaaa\naaaa\naa');
    expect(await picked(['aaaa\n', 'bbbb\n'], 5)).toHaveLength(1);
  });

  test('without a line to end at, no character is cut', async () => {
    expect(await picked(['abcdef'], 4)).toEqual(['abcd']);
    // Two bytes each.
    expect(await picked(['äöü'], 4)).toEqual(['äö']);
    expect(await picked(['äöü'], 5)).toEqual(['äö']);
    // A line that ends at once is none to end at.
    expect(await picked(['\nabcdef'], 4)).toEqual(['\nabc']);
  });

  test('empty and binary files are passed over, and take no room', async () => {
    expect(await picked(['', ' \n\t\n', 'a\0b', 'text'], 100)).toEqual(['text']);
  });
});

describe('what is put aside', () => {
  const texts = ['aaaa', 'bbbb', 'cccc', 'dddd'].map((text) => ({ name: text, text }));
  const sizes = (fraction: number, of = texts) => {
    const { train, validation } = split(of, fraction, random);
    expect([...train, ...validation].map(({ name }) => name).sort()).toEqual(of.map(({ name }) => name));
    return [train.length, validation.length];
  };

  test('at least the fraction, in whole files; one is left', () => {
    expect(sizes(0)).toEqual([4, 0]);
    expect(sizes(0.01)).toEqual([3, 1]);
    expect(sizes(0.5)).toEqual([2, 2]);
    expect(sizes(0.51)).toEqual([1, 3]);
    expect(sizes(0.9)).toEqual([1, 3]);
    expect(sizes(0.9, texts.slice(0, 1))).toEqual([1, 0]);
  });
});

describe('batches', () => {
  const letters = 'abcdefghijk';
  const text = data.fromStrings({ own: [letters] }, { validation: 0 });
  const first = ({ tokens, length }: data.Batch) =>
    Array.from({ length: tokens.length / (length + 1) }, (_, b) => String.fromCharCode(tokens[b * (length + 1)]));

  test('begin anywhere that leaves room for a whole sequence', () => {
    const starts = new Set(
      Array.from({ length: 60 }, (_, step) => text.trainBatch({ seed: 1, step, batchSize: 4, length: 4 })).flatMap(
        first
      )
    );
    expect([...starts].sort().join('')).toBe('abcdefg');
    expect(() => text.trainBatch({ seed: 1, step: -1, batchSize: 1, length: 4 })).toThrow('data.trainBatch: step must be an integer of at least 0, got -1'); // prettier-ignore
  });

  test('of validation are spread evenly, from the first beginning to the last', () => {
    // Two texts of eleven letters; one of them is put aside.
    const halved = data.fromStrings({ own: [letters, letters] }, { validation: 0.5 });
    const starts = (count: number, batchSize: number) =>
      halved.validationBatches({ batchSize, length: 4, count }).flatMap(first).join('');
    expect(starts(1, 1)).toBe('a');
    expect(starts(1, 2)).toBe('ag');
    expect(starts(2, 2)).toBe('aceg');
    expect(starts(1, 7)).toBe('abcdefg');
    expect(() => halved.validationBatches({ batchSize: 1, length: 4, count: 0 })).toThrow('data.validationBatches: count must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('take the domains on in turn from step to step', () => {
    const two = data.fromStrings({ a: [letters], b: [letters] }, { validation: 0 });
    const domains = [0, 1, 2].map((step) => [...two.trainBatch({ seed: 1, step, batchSize: 3, length: 4 }).domains]);
    expect(domains).toEqual([[0, 1, 0], [1, 0, 1], [0, 1, 0]]); // prettier-ignore
  });

  test('mixed by weights draw the sequences that stay over by lot', () => {
    const two = data.fromStrings({ a: [letters], b: [letters] }, { validation: 0 }).mixed({ a: 1, b: 3 });
    const of = (step: number) => [...two.trainBatch({ seed: 1, step, batchSize: 2, length: 4 }).domains].join('');
    const drawn = Array.from({ length: 200 }, (_, step) => of(step));
    // Half a sequence of "a" a batch: in half of them one, never two.
    expect([...new Set(drawn)].sort()).toEqual(['01', '11']);
    expect(drawn.filter((each) => each === '01').length / 200).toBeCloseTo(0.5, 0.9);
  });

  test('hold ids that the tokenizer may give, the first and the last too', () => {
    const tokenizer = (vocabSize: number): data.Tokenizer => ({ vocabSize, encode: (line) => line.split(' ').map(Number), decode: String }); // prettier-ignore
    const make = (line: string) => () => data.fromStrings({ own: [line] }, { validation: 0, tokenizer: tokenizer(3) });
    expect(make('0 1 2')).not.toThrow();
    expect(make('0 -1')).toThrow("data: the tokenizer's ids must be 0..2, got -1");
    expect(make('0 3')).toThrow("data: the tokenizer's ids must be 0..2, got 3");
  });
});

describe('packages', () => {
  const named = (name: string, version: string) => JSON.stringify({ name, version });
  const root = () => folderOf({ 'node_modules/a/package.json': named('a', '1.0.0'), 'node_modules/a/node_modules/b/package.json': named('b', '2.0.0'), 'node_modules/b/package.json': named('b', '3.0.0') }); // prettier-ignore

  test('are found as Node does, from the first place that has them', () => {
    const start = root();
    expect(findPackage('b', [start])).toMatchObject({ name: 'b', version: '3.0.0' });
    expect(findPackage(' a  >  b ', [start])).toMatchObject({ name: 'b', version: '2.0.0' });
    expect(findPackage('a>b', [join(start, 'deeper/down'), start])).toMatchObject({ version: '2.0.0' });
    expect(() => findPackage('c', [])).toThrow('data.text: needs the npm package "c" (npm install, or name others with the option `packages`), got no c in any node_modules, as there is none'); // prettier-ignore
  });

  test('of folders only TypeScript is read, in each of its spellings; two of one name once', async () => {
    const files = { 'a.ts': 'let a;\n', 'b.tsx': 'let b;\n', 'c.mts': 'let c;\n', 'd.cts': 'let d;\n', 'e.js': 'let e;\n', 'f.tsv': 'f\n', '.hidden/g.ts': 'let g;\n' }; // prettier-ignore
    const [one, other] = [folderOf(files), folderOf({ 'a.ts': 'let other;\n', 'z.ts': 'let z;\n' })];
    const read = async (packages: string[]) => {
      const { trainFiles, validationFiles } = (await data.text(['typescript'], { packages })).sizes.typescript;
      return trainFiles + validationFiles;
    };
    expect(await read([one])).toBe(4);
    expect(await read([one, other])).toBe(5);
    await expect(read([])).rejects.toThrow('data.text: "typescript" needs at least 2 files in no package');
  });
});

describe('text', () => {
  test.each<[string, data.TextOptions, string]>([
    ['no bytes', { bytesPerDomain: 0 }, 'data.text: bytesPerDomain must be an integer of at least 1, got 0'],
    ['all for validation', { validation: 1 }, 'data.text: validation must be a number 0..0.9, got 1'],
    ['a seed below 0', { seed: -1 }, 'data.text: seed must be an integer of at least 0, got -1']
  ])('%s is refused', async (_name, options, message) => {
    await expect(data.text(['typescript'], options)).rejects.toThrow(message);
  });

  test('without a word on it, prose, Python and TypeScript', async () => {
    const text = await data.text(undefined, { bytesPerDomain: 20_000 });
    expect(text.domains).toEqual(['prose', 'python', 'typescript']);
  });
});

test('digits with a value that no pixel has are not whole', () => {
  const line = (value: number) => [...new Array<number>(64).fill(value), 3].join();
  const lines = (value: number) => Array.from({ length: 1797 }, (_, i) => line(i === 5 ? value : 16)).join('\n');
  const environment = folderOf({});
  const write = (value: number) => {
    mkdirSync(join(environment, 'share/switchyard'), { recursive: true });
    writeFileSync(join(environment, 'share/switchyard/digits.csv.gz'), gzipSync(lines(value)));
  };
  write(16);
  expect(data.digits({ environment }).train.count).toBe(1438);
  for (const value of [17, -1, NaN]) {
    write(value);
    expect(() => data.digits({ environment })).toThrow('must hold 1797 images of 64 pixels, got 1796 of 1797 lines');
  }
});

test.each([
  ['٣', 'digit'],
  ['7a', 'other'],
  ['\\xzz', 'other'],
  ['\\x', 'other'],
  ['a_b', 'other'],
  ['→', 'punctuation']
])('a token %j is a %s', (text, expected) => {
  expect(data.tokenClass(text)).toBe(expected);
});

test('names end where something else begins', () => {
  // "is" within a token of something else is no keyword, nor is what follows white space within a token.
  expect(data.tokenClasses(['is!', 'is', '-is'])).toEqual(['other', 'keyword', 'other']);
  expect(data.tokenClasses(['i', 's', ' ', 'a'])).toEqual(['keyword', 'keyword', 'space', 'wordStart']);
});
