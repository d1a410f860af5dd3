import { expectInteger, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { type RelationLayout, relationRows } from '../../nn/graph/relationRows';

/** Options of `sim.relationalPlan`. */
export interface RelationalPlanOptions {
  /** Types of edges, R. */
  relations: number;
  /** Values of a node, F. */
  inputWidth: number;
  /** Values of a message, P. */
  outputWidth: number;
  /** Heads, H. Default 1. */
  heads?: number;
  /** Default "compact". */
  layout?: RelationLayout;
  /** Default true. */
  fuse?: boolean;
}

/** Work of the typed products of a layer, counted. */
export interface RelationalPlan {
  /** Rows that are multiplied, of sources and of targets. */
  rows: { source: number; target: number };
  /** Operations of the products and scores, a multiplication and an addition counted as two. */
  flops: number;
  /** Bytes that are written: rows gathered, messages, scores, and maps that are multiplied first. */
  bytes: number;
}

/**
 * Work of the typed products of `graph.relationalAttention` on a graph, counted without running it, by which its plans (layout and fusion; PIGEON, arXiv 2301.06284) are ranked.
 *
 * @throws {SwitchyardError} where edges have no types, or one of R or more, or a size is out of range.
 */
export function relationalPlan(graph: Graph, options: RelationalPlanOptions): RelationalPlan {
  const where = 'sim.relationalPlan';
  const { relations, inputWidth, outputWidth, heads = 1, layout = 'compact', fuse = true } = given(where, options);
  Object.entries({ relations, inputWidth, outputWidth, heads }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
  const of = (end: 'source' | 'target'): number => relationRows(where, graph, { relations, layout, end }).plan.rows;
  const rows = { source: of('source'), target: of('target') };
  const all = rows.source + rows.target;
  const [F, P, H] = [inputWidth, outputWidth, heads];
  // Fused, maps and vectors are multiplied once for all rows.
  const flops = fuse
    ? 2 * F * (rows.source * (P + H) + rows.target * H) + 4 * relations * F * P
    : all * (2 * F * P + 2 * P);
  const gathered = layout === 'edges' ? 2 * all * F : all * F;
  // Maps times vectors of both ends, their sums, and maps with those of sources beside them.
  const made = fuse ? rows.source * P + all * H + relations * F * (3 * P + 3 * H) : all * (3 * P + H);
  return { rows, flops, bytes: 4 * (gathered + made) };
}
