import { mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { data } from '@switchyard/kernel-lib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

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

describe('data.text of folders', () => {
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

describe('data.text of named packages', () => {
  let root: string;
  const read = (packages: string[], domain: data.Domain = 'typescript') => data.text([domain], { packages });

  function install(folder: string, version = '1.0.0'): void {
    const at = path.join(root, folder);
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    mkdirSync(at, { recursive: true });
    writeFileSync(path.join(at, 'package.json'), JSON.stringify({ name, version }));
    writeFileSync(
      path.join(at, 'index.d.ts'),
      `export const text = '${folder.replace(/.*node_modules/, '')} ${version}';\n`
    );
  }

  beforeEach(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), 'switchyard-data-')));
    vi.spyOn(process, 'cwd').mockReturnValue(root);
    install('node_modules/corpus-a');
    install('node_modules/corpus-a/node_modules/corpus-b', '2.0.0');
    install('node_modules/@corpus/c');
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(root, { recursive: true });
  });

  const NAMED = ['corpus-a', 'corpus-a > corpus-b', '@corpus/c'];

  test('what else is installed changes nothing, and one more that is named does', async () => {
    const before = await read(NAMED);
    expect(before.packages).toEqual({ 'corpus-a': '1.0.0', 'corpus-b': '2.0.0', '@corpus/c': '1.0.0' });
    install('node_modules/corpus-b');
    install('node_modules/corpus-tool');
    install('node_modules/@corpus/c/node_modules/corpus-tool');
    expect((await read(NAMED)).hash).toBe(before.hash);
    expect((await read([...NAMED, 'corpus-tool'])).hash).not.toBe(before.hash);
  });

  test('where npm or a link has put a package changes nothing', async () => {
    const before = (await read(NAMED)).hash;
    const nested = path.join(root, 'node_modules/corpus-a/node_modules/corpus-b');
    renameSync(nested, path.join(root, 'node_modules/corpus-b'));
    expect((await read(NAMED)).hash).toBe(before);
    mkdirSync(path.join(root, 'store/node_modules'), { recursive: true });
    for (const name of ['corpus-a', 'corpus-b']) {
      renameSync(path.join(root, 'node_modules', name), path.join(root, 'store/node_modules', name));
    }
    symlinkSync(path.join(root, 'store/node_modules/corpus-a'), path.join(root, 'node_modules/corpus-a'));
    expect((await read(NAMED)).hash).toBe(before);
  });

  test('files of the same name in two packages are both read', async () => {
    const { trainFiles, validationFiles } = (await read(NAMED, 'json')).sizes.json;
    expect(trainFiles + validationFiles).toBe(3);
  });

  test('a package that is not there is an error that says which, where and what to do', async () => {
    const file = path.join(root, 'node_modules');
    await expect(read([...NAMED, 'corpus-a > @corpus/none'])).rejects.toThrow(
      'data.text: needs the npm package "corpus-a > @corpus/none" (npm install, or name others with the option `packages`), ' +
        `got no @corpus/none in ${path.join(file, 'corpus-a/node_modules')}, ${file}`
    );
  });
});

describe('data.TEXT_PACKAGES', () => {
  test('is what is read by default, each package in the version of the lockfile', async () => {
    const text = await data.text(['typescript']);
    expect(text.hash).toBe((await data.text(['typescript'], { packages: data.TEXT_PACKAGES })).hash);
    const locked = data.TEXT_PACKAGES.map((named) => [named.split(' > ').at(-1)!, lockedVersion(named)]);
    expect(text.packages).toEqual(Object.fromEntries(locked));
  });

  test('has 2 MB of TypeScript and more than 1.2 MB of JSON, of many files', async () => {
    const { typescript, json } = (await data.text(['typescript', 'json'])).sizes;
    expect(typescript.trainTokens + typescript.validationTokens).toBeGreaterThan(1_990_000);
    expect(typescript.trainFiles).toBeGreaterThan(300);
    expect(json.trainTokens + json.validationTokens).toBeGreaterThan(1_200_000);
    expect(json.trainFiles).toBeGreaterThan(100);
  });
});

interface Locked {
  version: string;
  dependencies?: Record<string, string>;
}

/** Version of a package that the library brings, by way of what depends on it: each must say that it depends on the next. */
function lockedVersion(named: string): string {
  const lockfile = path.join(__dirname, '../../../../package-lock.json');
  const { packages } = JSON.parse(readFileSync(lockfile, 'utf8')) as { packages: Record<string, Locked> };
  let at = 'kernel-lib';
  for (const name of named.split(' > ')) {
    expect(packages[at].dependencies, `${at} needs ${name}`).toHaveProperty([name]);
    const roots = [at, ...ancestors(at), ''];
    at = roots.map((root) => path.posix.join(root, 'node_modules', name)).find((place) => place in packages)!;
  }
  return packages[at].version;
}

/** Packages in whose `node_modules` a package lies, nearest first. */
function ancestors(at: string): string[] {
  const end = at.lastIndexOf('/node_modules/');
  return end < 0 ? [] : [at.slice(0, end), ...ancestors(at.slice(0, end))];
}
