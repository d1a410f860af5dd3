import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { data } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const DOMAINS: data.Domain[] = ['prose', 'python', 'typescript', 'json'];

function sample(text: data.Corpus, domain: string): string {
  const batch = text.trainBatch({ seed: 0, step: 0, batchSize: text.domains.length * 8, length: 400 });
  const rows = [...batch.domains.keys()].filter((b) => text.domains[batch.domains[b]] === domain);
  return rows.map((b) => Buffer.from(batch.tokens.subarray(b * 401, (b + 1) * 401)).toString()).join('\n');
}

describe('data.text', () => {
  test('reads real text of each domain of this machine, bounded and split', async () => {
    const text = await data.text(DOMAINS, { bytesPerDomain: 200_000 });
    expect(text.domains).toEqual(DOMAINS);
    expect(text.hash).toMatch(/^[0-9a-f]{64}$/);
    for (const domain of DOMAINS) {
      const { trainTokens, validationTokens } = text.sizes[domain];
      expect(trainTokens + validationTokens).toBeGreaterThan(150_000);
      expect(trainTokens + validationTokens).toBeLessThanOrEqual(200_000);
      expect(validationTokens).toBeGreaterThan(0.1 * 0.9 * trainTokens);
    }
    expect(sample(text, 'prose')).toMatch(/\bthe\b/);
    expect(sample(text, 'python')).toMatch(/\bself\b|\bdef\b/);
    expect(sample(text, 'typescript')).toMatch(/export|function|interface/);
    expect(sample(text, 'json')).toMatch(/"[^"]*":/);
  });

  test('an unknown domain, a domain twice and a Python that is not there are refused', async () => {
    await expect(data.text(['poetry' as data.Domain])).rejects.toThrow(
      'data.text: domain must be one of prose, python, typescript, json, got poetry'
    );
    await expect(data.text(['json', 'json'])).rejects.toThrow('domains must be at least one, each named once');
    await expect(data.text(['prose'], { python: '/no/python' })).rejects.toThrow(
      'data.text: needs a Python 3 (install python3, or name one with the option `python`), got /no/python:'
    );
    await expect(data.text(['prose'], { python: process.execPath })).rejects.toThrow('needs a Python 3');
  });
});

describe('data.text of packages', () => {
  let root: string;
  const read = (options: data.TextOptions = {}) => data.text(['typescript'], { packages: [root], ...options });
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'switchyard-data-'));
    for (const name of ['a', 'b', 'c']) {
      mkdirSync(path.join(root, name));
      writeFileSync(path.join(root, name, 'index.d.ts'), `export const ${name} = 1;\n`.repeat(4));
    }
    symlinkSync(root, path.join(root, 'loop'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('reads the same files in the same order each time and follows no links', async () => {
    const text = await read();
    expect(text.sizes.typescript).toMatchObject({ trainFiles: 2, validationFiles: 1 });
    expect((await read()).hash).toBe(text.hash);
    expect((await read({ seed: 1 })).hash).not.toBe(text.hash);
  });

  test('what was read decides the hash', async () => {
    const before = (await read()).hash;
    writeFileSync(path.join(root, 'b', 'index.d.ts'), 'export {};\n');
    expect((await read()).hash).not.toBe(before);
  });

  test('a large file gives a part that ends with a line', async () => {
    const only = mkdtempSync(path.join(tmpdir(), 'switchyard-data-'));
    writeFileSync(path.join(only, 'a.ts'), 'let a;\n'.repeat(20_000));
    writeFileSync(path.join(only, 'b.ts'), 'let b;\n'.repeat(20_000));
    writeFileSync(path.join(only, 'c.ts'), 'let \0;\n'.repeat(20_000));
    const { sizes } = await data.text(['typescript'], { packages: [only] });
    rmSync(only, { recursive: true });
    expect(sizes.typescript.trainTokens).toBe(7 * Math.floor(65_536 / 7));
    expect(sizes.typescript.validationTokens).toBe(7 * Math.floor(65_536 / 7));
  });

  test('where nothing is found it says where it looked and what to install', async () => {
    await expect(data.text(['json'], { packages: [root] })).rejects.toThrow(
      `data.text: "json" needs at least 2 files in ${root}: name other npm packages or folders with the option \`packages\``
    );
  });
});
