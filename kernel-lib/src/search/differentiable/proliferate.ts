import { expectInteger, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { darts, settle } from './darts';
import type { DartsOptions } from './darts';
import { RelationNetwork } from './relationNetwork';

/** Options of `nas.proliferate`. */
export interface ProliferateOptions extends DartsOptions {
  /** Divisions, each of which doubles the vertices; 0 searches those that are there. `steps` are those of each search. */
  divisions: number;
  /** Is called after each search and each division, in the order of events, for what a caller measures. */
  watch?: (event: 'divided' | 'differentiated', model: Module) => void;
}

/** A proliferation that has ended; lists have an entry for each search, the first before any division. */
export interface ProliferateReport {
  /** Vertices of the network. */
  vertices: number[];
  /** Operations that were weighed against each other: what a step of the search costs. Their sum grows with the vertices, not with their pairs. */
  candidates: number[];
  /** Losses on validation batches. */
  losses: number[][];
  /** Operations that stayed, by path. */
  chosen: Record<string, string>;
}

/**
 * Network proliferation search (ARGNP, arXiv 2205.15678), in place: operations of the first vertices are searched (`nas.darts`) and settled, then each vertex divides and only the daughters' operations are searched, the network trained
 * with them, again and again. A daughter reads two vertices, so that the operations searched are as many as vertices times a constant, where a search of the whole graph has those of each pair.
 *
 * @param model - Holds a `nas.relationNetwork`.
 * @throws {SwitchyardError} where there is no such network, or an option is out of range.
 */
export async function proliferate(model: Module, options: ProliferateOptions): Promise<ProliferateReport> {
  const { divisions, watch, ...search } = options;
  expectInteger('nas.proliferate', 'divisions', divisions, 0);
  const network = [...model.modules().values()].find((each) => each instanceof RelationNetwork);
  if (network === undefined) {
    return fail('nas.proliferate', 'the model must have a nas.relationNetwork', model.kind);
  }
  const report: ProliferateReport = { vertices: [], candidates: [], losses: [], chosen: {} };
  for (let round = 0; round <= divisions; round++) {
    if (round > 0) {
      network.divide();
      watch?.('divided', model);
    }
    report.vertices.push(network.vertices.length);
    report.candidates.push(network.candidates);
    report.losses.push((await darts(model, search)).losses);
    report.chosen = settle(model);
    watch?.('differentiated', model);
  }
  return report;
}
