import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readmeStudy } from '../../support/readmeStudy';

test('the example of a search in the README runs in worker processes, with fewer trials', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  try {
    const storage = join(folder, 'studies.db');
    const { status, trials, best } = await readmeStudy('nas.workers({ workers: 2 })', {
      trials: 4,
      storage,
      name: 'a'
    });
    expect(status).toBe('finished');
    expect(trials.map(({ state }) => state)).toEqual(new Array(4).fill('complete'));
    expect(best!.values.loss).toBe(Math.min(...trials.map(({ values }) => values.loss)));
    expect((best!.candidate.hidden as number[]).length).toBe(best!.candidate.layers);
    expect(best!.values.accuracy).toBeGreaterThan(0.2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
