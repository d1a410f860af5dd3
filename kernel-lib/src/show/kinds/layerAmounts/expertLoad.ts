import { fail } from '../../../base/core';
import type { LayerAmountsPayload, Numeric } from '../../../protocol';
import type { Recorder } from '../../../study/telemetry';
import type { StructuredReport } from '../../../transform/prune';
import { layerAmounts } from './payload';

/** Options of `show.expertLoad`. */
export interface ExpertLoadOptions {
  /** Title for people. Default "load of experts, before and after". */
  title?: string;
}

/**
 * Load of each expert before and after experts were pruned, as a payload: what two recorders saw of the same data in the model and in the pruned one, and the report that
 * says which experts are left. One that went has no load after.
 *
 * @throws {SwitchyardError} where a recorder saw no routed layer, or the layers or the numbers of experts do not fit the report.
 */
export function expertLoad(
  before: Recorder,
  after: Recorder,
  { groups }: Pick<StructuredReport, 'groups'>,
  { title = 'load of experts, before and after' }: ExpertLoadOptions = {}
): LayerAmountsPayload {
  const where = 'show.expertLoad';
  const later = new Map(after.data().layers.map(({ path, load }) => [path, load]));
  const { layers } = before.data();
  if (layers.length === 0) {
    fail(where, 'the recorders must have seen a routed layer', 0);
  }
  const rows = layers.flatMap(({ path, load }): [string, Numeric[]][] => {
    const kept = groups.find(({ name }) => name === `${path}.experts`)?.kept ?? load.map((_, expert) => expert);
    const left = later.get(path) ?? fail(where, 'both recorders must have seen the same layers', path);
    if (left.length !== kept.length || kept.some((expert) => expert >= load.length)) {
      fail(where, `"${path}" must have the ${kept.length} experts after that the report says`, left.length);
    }
    return load.map((share, expert) => [`${path} ${expert}`, [share, left[kept.indexOf(expert)] ?? null]]);
  });
  return layerAmounts(Object.fromEntries(rows), { measure: 'load', share: true, states: ['before', 'after'], title });
}
