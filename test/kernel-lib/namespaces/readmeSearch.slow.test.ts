import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { nas } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rayPython } from '../../support/rayPython';
import { readmeStudy } from '../../support/readmeStudy';

describe("the README's study of fifty trials, in one cell", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'readme-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const found: Record<string, nas.StudyResult> = {};

  test.each([
    ['worker processes', () => 'nas.workers()'],
    [
      'Ray, by one option',
      () => `nas.ray({ python: ${JSON.stringify(rayPython())}, node: ${JSON.stringify(process.execPath)}, workers: 2 })`
    ]
  ])('on %s', async (name, executor) => {
    const storage = join(folder, 'studies.db');
    const result = await readmeStudy(executor(), { trials: 50, storage, name });
    found[name] = result;
    expect(result.status).toBe('finished');
    expect(result.trials).toHaveLength(50);
    expect(result.trials.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(new Set(result.trials.map(({ candidate }) => JSON.stringify(candidate))).size).toBe(50);
    // Trained on scanned digits: by chance a tenth are right.
    expect(result.best!.values.accuracy).toBeGreaterThan(0.9);
  });

  test('a candidate has the same values wherever it runs', () => {
    const [here, there] = Object.values(found).map(({ trials }) => new Map(trials.map((trial) => [JSON.stringify(trial.candidate), trial.values]))); // prettier-ignore
    const both = [...here.keys()].filter((key) => there.has(key));
    // The first twenty are drawn, whichever ends first.
    expect(both.length).toBeGreaterThanOrEqual(20);
    both.slice(0, 20).forEach((key) => expect(there.get(key)!.loss).toBeCloseTo(here.get(key)!.loss, 5));
  });
});
