import { core, moe, tf } from '@switchyard/kernel-lib';

/** Feed-forward networks among the experts. */
export const FFN = 4;
/** Experts of MoE++: networks, then one that gives zeros, one that copies, two constant ones; what is tested and what is measured. */
export const KINDS = moe.mixedExperts([
  { count: FFN, expertKind: moe.plainExperts() },
  { count: 1, expertKind: moe.zeroExperts() },
  { count: 1, expertKind: moe.copyExperts() },
  { count: 2, expertKind: moe.constantExperts() }
]);
export const EXPERTS = FFN + 4;

/** What a pass gives, and the routing that it publishes. */
export function observe(run: (ctx: core.Context) => tf.Tensor): {
  values: Float32Array;
  records: core.RoutingRecord[];
} {
  const records: core.RoutingRecord[] = [];
  const ctx = core.Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  const values = tf.tidy(() => run(ctx).dataSync<'float32'>());
  ctx.dispose();
  return { values, records };
}
