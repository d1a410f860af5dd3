import { expectInteger, fail } from '../../base/core';
import type { Module, RoutingRecord } from '../../base/core';
import { moduleFlops, sumFlops } from '../moduleFlops';
import type { Transformer } from './transformer';

/** Options of `models.activeFlops`. */
export interface ActiveFlopsOptions {
  /** N. Default: the model's context length. */
  length?: number;
  /**
   * Routing decided in a pass: then the work that this pass executed is counted, where experts differ in cost or a token may take
   * none, and not what is expected. Default: none.
   */
  records?: readonly RoutingRecord[];
}

/**
 * Floating-point operations that a forward pass spends on one token: the sum of {@link moduleFlops}, blocks that share modules counted
 * each. With m matrices in a network (plain 2, gated 3), K experts of a token on average, S shared experts and sequences of N
 * positions:
 *
 * - attention: `8 D^2 + 4 N D` a block (no half taken off for the causal mask: the products are computed whole)
 * - up-projection looked up by token: `4 D H`
 * - dense: `2 m D H`; mixture: `2 m D H (K + S) + 2 D E`, the last for the router, unless it looks experts up in a table;
 *   experts of other kinds count what their bank says (`flops`), and where they differ, their mean or what `records` say
 * - head: `2 D V`
 *
 * A training step costs about three times as much (arXiv 2001.08361, section 2.1).
 *
 * @throws {SwitchyardError} where `records` lack a routed block of the model, or a module does not say what it spends.
 */
export function activeFlops(model: Transformer, options: ActiveFlopsOptions = {}): number {
  const { contextLength, feedForwards, sharing = 'none' } = model.options;
  const { length = contextLength, records } = options;
  expectInteger('models.activeFlops', 'length', length, 1, contextLength);
  const once = known(model, { length, records });
  if (sharing === 'none') {
    return once;
  }
  // Blocks that share are the first one, run again.
  const first = model.modules().get('layers.0')!;
  return feedForwards
    .slice(1)
    .reduce((sum, _, i) => sum + known(first, { length, records: within(`layers.${i + 1}.`, records) }), once);
}

function known(module: Module, options: ActiveFlopsOptions): number {
  const flops = moduleFlops(module, options);
  return sumFlops(flops) ?? fail('models.activeFlops', 'modules must say what they spend', unknown(flops));
}

function unknown(flops: ReadonlyMap<string, number | null>): string[] {
  return [...flops].flatMap(([path, each]) => (each === null ? [path] : []));
}

function within(prefix: string, records: ActiveFlopsOptions['records']): ActiveFlopsOptions['records'] {
  return records?.flatMap((record) =>
    record.path.startsWith(prefix) ? [{ ...record, path: record.path.slice(prefix.length) }] : []
  );
}
