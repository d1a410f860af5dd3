import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { protocol, show, train } from '@switchyard/kernel-lib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SHORT, smallModel, smallText } from '../../support/runs';

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'switchyard-runs-'))));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const file = (ending: string, of = folder): string => {
  const found = readdirSync(of).filter((name) => name.endsWith(ending));
  expect(found).toHaveLength(1);
  return readFileSync(join(of, found[0]), 'utf8');
};

interface IStep {
  step: number;
  time: number;
  scalars: Record<string, number>;
}

test('a run is on disk as it goes: its latest snapshot, and a line for each step', async () => {
  const save = join(folder, 'deep', 'runs');
  const watcher = show.routing({ save, title: 'A run: 1/2' });
  const seen: string[] = [];
  const eager: train.Watcher = {
    start: () => undefined,
    end: () => undefined,
    step: ({ step }) => {
      if (step === 1) {
        seen.push(file('.run.json', save));
      }
    }
  };
  const result = await train.fit(smallModel(), smallText(), { ...SHORT, watch: [watcher, eager] });
  // Of a kernel that dies here, this is left.
  expect(protocol.parsePayload(JSON.parse(seen[0])).source).toMatchObject({ status: 'running', title: 'A run: 1/2' });
  const saved = protocol.parsePayload(JSON.parse(file('.run.json', save))) as protocol.RoutingPayload;
  const latest = watcher.latest()!;
  expect(saved.runId).toBe(latest.runId);
  expect(saved.data).toEqual(latest.data);
  expect(saved.source).toMatchObject({ status: 'finished', final: true, step: SHORT.steps });
  const lines = file('.steps.jsonl', save).trimEnd().split('\n');
  const steps = lines.map((line) => JSON.parse(line) as IStep);
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: SHORT.steps }, (_, i) => i + 1));
  expect(steps.map(({ scalars }) => scalars['loss/train'])).toEqual(Array.from(result.losses));
  expect(readdirSync(save)[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d_A-run-1-2_[\da-f]{8}\.run\.json$/);
});

test('saving changes no number, and none is saved unless asked for', async () => {
  const plain = await train.fit(smallModel(), smallText(), { ...SHORT, watch: show.routing() });
  const saving = await train.fit(smallModel(), smallText(), { ...SHORT, watch: show.routing({ save: folder }) });
  expect(saving.losses).toEqual(plain.losses);
  expect(readdirSync(folder)).toHaveLength(2);
});

test('a folder that cannot be written is refused before the first step', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => show.routing({ save: join(folder, 'file') })).toThrow(
    /^show\.routing: save must be a folder that can be written, got .*file \(EEXIST\)/
  );
  expect(() => show.training({ save: '' })).toThrow(
    /^show\.training: save must be true, false or the name of a folder, got /
  );
  expect(() => show.routing({ save: 3 as unknown as string })).toThrow(/save must be .*, got 3/);
});

test('a disk that fails in the middle ends the saving, with a word, and not the training', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const save = join(folder, 'runs');
  const away: train.Watcher = {
    start: () => undefined,
    end: () => undefined,
    step: ({ step }) => step === 2 && rmSync(save, { recursive: true })
  };
  const result = await train.fit(smallModel(), smallText(), { ...SHORT, watch: [show.routing({ save }), away] });
  expect(result.status).toBe('finished');
  expect(warned.mock.calls.filter(([text]) => String(text).startsWith('the run is saved no further: '))).toHaveLength(
    1
  );
});
