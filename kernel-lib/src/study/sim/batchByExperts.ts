import { expectInteger } from '../../base/core';

/** Options of `sim.batchByExperts`. */
export interface BatchByExpertsOptions {
  /**
   * Experts that each waiting request needs, oldest request first; experts of different layers have different numbers. They
   * are known ahead where routing is, as with `routers.lookahead({ ahead: 'first' })`.
   */
  routes: readonly (readonly number[])[];
  /** Most requests of a batch. */
  batchSize: number;
}

/** Batches of tokens by expert. */
export interface ExpertBatches {
  /** Requests of each batch, by their place in `routes`. */
  batches: number[][];
  /** Different experts that each batch needs. */
  uniqueExperts: number[];
}

/**
 * Puts requests together that need the same experts, so that a batch loads fewer of them (Read-ME, arXiv 2410.19123): a batch
 * begins with the request that has waited longest, and takes the one that brings the fewest new experts until it is full;
 * of equals, the oldest. Greedy, not the best there is; no request waits for ever.
 *
 * @throws {SwitchyardError} where the batch size is not an integer of at least 1.
 */
export function batchByExperts({ routes, batchSize }: BatchByExpertsOptions): ExpertBatches {
  expectInteger('sim.batchByExperts', 'batchSize', batchSize, 1);
  const waiting = routes.map((_, request) => request);
  const batches: number[][] = [];
  const uniqueExperts: number[] = [];
  while (waiting.length > 0) {
    const batch = waiting.splice(0, 1);
    const loaded = new Set(routes[batch[0]]);
    const news = (request: number): number => routes[request].filter((expert) => !loaded.has(expert)).length;
    while (batch.length < batchSize && waiting.length > 0) {
      const best = waiting.reduce((a, b) => (news(b) < news(a) ? b : a));
      waiting.splice(waiting.indexOf(best), 1);
      batch.push(best);
      routes[best].forEach((expert) => loaded.add(expert));
    }
    batches.push(batch);
    uniqueExperts.push(loaded.size);
  }
  return { batches, uniqueExperts };
}
