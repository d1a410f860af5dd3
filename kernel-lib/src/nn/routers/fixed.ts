import { tf } from '../../base/backend';
import { fail, sizeOf } from '../../base/core';
import { TOKEN_IDS } from '../stateKeys';
import { TableRouter } from './parts/tableRouter';
import type { RouterSpec } from './router';
import { specs } from './specs';

/** Options of `routers.fixed`. */
export interface FixedOptions {
  /** Experts of each id, row by row, as many in each row; those of a row differ. */
  table: readonly (readonly number[])[];
  /** State of the pass that holds the ids, int32 [T]. Default "tokenIds", which `models` leave there. */
  by?: string;
}

/**
 * A fixed assignment: the experts of an id (a token, a task, a domain, a position) are given, with weights 1 / K.
 * Ids beyond the table begin again at its first row.
 *
 * @throws {SwitchyardError} where the table is empty or ragged; at build, where it names an expert outside 0..E-1 or one
 * twice in a row; in `route`, without ids.
 */
export function fixed({ table, by = TOKEN_IDS.name }: FixedOptions): RouterSpec {
  const k = table.length === 0 ? 0 : table[0].length;
  if (k === 0 || table.some((row) => row.length !== k)) {
    fail(
      'routers.fixed',
      'table must have rows of one length, at least 1',
      table.map((row) => row.length)
    );
  }
  return {
    kind: 'fixed',
    options: { table, by },
    build: (shape) => {
      const numExperts = sizeOf(shape.numExperts);
      const wrong = table.find((row) =>
        row.some((expert) => !(Number.isInteger(expert) && expert >= 0 && expert < numExperts))
      );
      if (wrong !== undefined) {
        fail('routers.fixed', `table must name experts 0..${numExperts - 1}`, wrong);
      }
      const double = table.find((row) => new Set(row).size < k);
      if (double !== undefined) {
        fail('routers.fixed', 'the experts of a row must differ', double);
      }
      return new TableRouter('fixed', tf.tensor2d(table.flat(), [table.length, k], 'float32'), shape.numExperts, by);
    }
  };
}

specs.register('fixed', fixed);
