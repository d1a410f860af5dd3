import { readFileSync } from 'fs';
import { fail } from '../../base/core';
import { expectThisMachine, LatencyTable } from './latencyTable';
import type { LatencyTableData } from './latencyTable';
import type { PartsOf } from './latencyPart';

/** Options of `nas.openLatencyTable`. */
export interface OpenLatencyTableOptions {
  /** Parts of a candidate, as when the table was measured. */
  parts: PartsOf;
  /** True for a table of another machine, on which the network is to run. Default false. */
  elsewhere?: boolean;
}

const WHERE = 'nas.openLatencyTable';

/**
 * A latency table that was saved.
 *
 * @throws {SwitchyardError} where the file is none, or holds a time that is no number; where the table was measured on another machine, with other threads or another TensorFlow.
 */
export function openLatencyTable(file: string, { parts, elsewhere = false }: OpenLatencyTableOptions): LatencyTable {
  const data = read(file);
  if (!elsewhere) {
    expectThisMachine(WHERE, data);
  }
  return new LatencyTable(data, parts);
}

function read(file: string): LatencyTableData {
  const text = readFileSync(file, 'utf8');
  let data: Partial<LatencyTableData> | null;
  try {
    data = JSON.parse(text) as typeof data;
  } catch {
    data = null;
  }
  if (data?.format !== 'switchyard-latency-table-1' || data.machine === undefined) {
    return fail(WHERE, 'the file must be a latency table of this version', file);
  }
  const timed = { 'of an empty pass': data.overhead, ...data.entries };
  for (const [key, time] of Object.entries(timed)) {
    if (![time?.milliseconds, time?.low, time?.high].every((each) => Number.isFinite(each) && each! >= 0)) {
      fail(WHERE, `times must be numbers of at least 0 ("${key}")`, time);
    }
  }
  return data as LatencyTableData;
}
