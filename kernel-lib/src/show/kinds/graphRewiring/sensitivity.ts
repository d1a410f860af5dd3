import { expectInteger, fail } from '../../../base/core';
import { jsonBytes, MAX_PAYLOAD_BYTES } from '../../../protocol';
import type { GraphSensitivity } from '../../../protocol';
import { evenly } from '../../bounds/evenly';
import { roundTo } from '../../bounds/rounding';

/** Sensitivity as `graph.probes.sensitivity` gives it. */
export interface ToldSensitivity {
  /** A row for each target, [targets][N]; at least 0. */
  values: readonly ArrayLike<number>[];
  /** Nodes that the rows are of. Default: all, in their order. */
  targets?: readonly number[];
}

/** A tenth of a decade is a quarter more or less: as much as a colour tells. */
const DECIMALS = 1;
/** Part of an output that it may have. */
const SHARE = 1 / 2;

/**
 * Decades below the greatest of each target, of the nodes that are shown and the targets among them.
 *
 * @throws {SwitchyardError} where the rows are not one for each target, or a row is not a number of at least 0 for each node.
 */
export function sensitivityOf(
  where: string,
  { values, targets = Array.from({ length: numNodes(values) }, (_, node) => node) }: ToldSensitivity,
  count: number,
  shown: Uint32Array
): GraphSensitivity {
  targets.forEach((target) => expectInteger(where, 'targets', target, 0, count - 1));
  if (values.length !== targets.length) {
    fail(where, `sensitivity must have a row for each of the ${targets.length} targets`, `${values.length} rows`);
  }
  values.forEach((row) => checkRow(where, row, count));
  const place = new Map(Array.from(shown, (node, i) => [node, i]));
  const rows = targets.flatMap((target, i) => {
    const at = place.get(target);
    return at === undefined ? [] : [{ target: at, below: below(values[i], shown) }];
  });
  return { targets: rows.map(({ target }) => target), decadesBelow: rows.map((row) => row.below) };
}

/** As many targets as have room in an output, evenly. */
export function boundSensitivity({ targets, decadesBelow }: GraphSensitivity): GraphSensitivity {
  const rows = targets.map((target, i) => ({
    target,
    below: decadesBelow[i].map((value) => roundTo(value, DECIMALS))
  }));
  const longest = rows.reduce((most, row) => Math.max(most, jsonBytes(row)), 1);
  const kept = evenly(rows.length, Math.floor((SHARE * MAX_PAYLOAD_BYTES) / longest)).map((i) => rows[i]);
  return { targets: kept.map(({ target }) => target), decadesBelow: kept.map((row) => row.below) };
}

function numNodes(values: readonly ArrayLike<number>[]): number {
  return values.length === 0 ? 0 : values[0].length;
}

function checkRow(where: string, row: ArrayLike<number>, count: number): void {
  const wrong = Array.from(row).find((value) => !Number.isFinite(value) || value < 0);
  if (row.length !== count || wrong !== undefined) {
    fail(where, `a row of sensitivity must be a number of at least 0 for each of the ${count} nodes`, wrong ?? `${row.length} numbers`); // prettier-ignore
  }
}

function below(row: ArrayLike<number>, shown: Uint32Array): (number | null)[] {
  const greatest = Array.from(row).reduce((a, b) => Math.max(a, b), 0);
  return Array.from(shown, (node) => (row[node] === 0 ? null : Math.log10(greatest / row[node])));
}
