import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nas } from '@switchyard/kernel-lib';

/** Trials that Optuna drew, with the importances that it gave of them. */
export interface ImportanceCase {
  better: 'lower' | 'higher';
  trials: [nas.Point, number][];
  'ped-anova': Record<string, number>;
  fanova: Record<string, number>;
}

/** Space of the cases' trials. */
export const importanceSpace = nas.space({
  rate: nas.float(1e-4, 1e-1, { log: true }),
  width: nas.integer(8, 64, { step: 8 }),
  kind: nas.categorical(['gat', 'gcn', 'sage']),
  idle: nas.float(-1, 1)
});

/** The cases of the fixture. */
export function importanceCases(): ImportanceCase[] {
  const file = join(import.meta.dirname, '../parity/fixtures/importance.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { cases: ImportanceCase[] }).cases;
}

/** Importances by label, by `nas.importance` of the trials of a case. */
export async function importanceOf(
  { better, trials }: ImportanceCase,
  options: Pick<nas.ImportanceOptions, 'method' | 'python'>
): Promise<Record<string, number>> {
  const { choices } = await nas.importance(
    {
      trials: trials.map(([parameters, value], number) => ({
        ...{ number, state: 'complete', candidate: parameters, parameters, values: { loss: value } },
        ...{ intermediate: [], parent: null, resource: null, seconds: null, error: null }
      }))
    },
    { space: importanceSpace, objective: { name: 'loss', better }, ...options }
  );
  return Object.fromEntries(choices.map(({ label, importance }) => [label, importance]));
}
