import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { nas } from '@switchyard/kernel-lib';
import { expect } from 'vitest';
import { runStudy } from './study';

/** A database server that a test runs, and a Python with its driver. */
export interface StudyServer {
  url: string;
  python: string;
}

const STUDY = join(import.meta.dirname, 'study.js');

/** A study whose process is killed in the middle goes on with what it would have tried; Optuna finds its trials ended, and none that runs. */
export async function expectSurvivesKill({ url, python }: StudyServer): Promise<void> {
  const strategy = { kind: 'aged-evolution', options: { population: 4, sample: 2 } };
  const options = { name: 'killed', strategy, workers: 1, trials: 16, milliseconds: 20, storage: url, python };
  const child = spawn(process.execPath, [STUDY, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let begun = 0;
  child.stdout.on('data', (data: Buffer) => {
    begun += data.toString().split('\n').length - 1;
    if (begun >= 6) {
      child.kill('SIGKILL');
    }
  });
  expect(await new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)))).toBe('SIGKILL');
  const points = async (all: typeof options) => (await runStudy(all)).map(([point]) => JSON.stringify(point));
  expect(await points(options)).toEqual(await points({ ...options, storage: 'memory', milliseconds: 0 }));
  const program =
    'import sys, optuna; print(*(t.state.name for t in optuna.load_study(study_name="killed", storage=sys.argv[1]).trials))';
  const states = execFileSync(python, ['-c', program, url], { encoding: 'utf8' }).trim().split(' ');
  expect(states).not.toContain('RUNNING');
  expect(states.filter((state) => state === 'COMPLETE')).toHaveLength(16);
}

/** A study of a sampler of Optuna's. */
export function studyOf({ url, python }: StudyServer, options: Partial<nas.StudyOptions> = {}): nas.Study {
  return nas.study({
    ...{ space: nas.space({ a: nas.integer(0, 20) }), storage: url, name: 'tpe', trials: 12, progress: false, python },
    ...{ strategy: nas.optuna({ seed: 1 }), evaluate: ({ candidate }) => candidate.a as number },
    ...options
  });
}

/** A sampler of Optuna's suggests what it does in memory. */
export async function expectSamples(server: StudyServer): Promise<void> {
  const tried = async (url: string) => (await studyOf({ ...server, url })).trials.map(({ candidate }) => candidate);
  expect(await tried(server.url)).toEqual(await tried('optuna-memory'));
}
