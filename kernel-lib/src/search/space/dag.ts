import { expectInteger, fail } from '../../base/core';
import type { ArchitectureGraph } from './architectureOf';
import type { Candidate } from './candidateOf';
import { categorical, integer, repeated } from './domain';
import { Space } from './space';

/** Options of `nas.space.dag`. */
export interface DagSpaceOptions {
  /** Nodes that work, n; the input stands before them and the output after. */
  nodes: number;
  /** Operations that a node can be, two or more. */
  operations: readonly string[];
}

/** Directed graphs without circles. Nodes are numbered from the input, 0, to the output, n + 1, and an edge leads to a later one. */
export class DagSpace extends Space {
  /** Edges that there can be, in the order of a candidate's "edges"; M. */
  readonly pairs: readonly (readonly [from: number, to: number])[];

  /** @internal Use `nas.space.dag`. */
  constructor(readonly cell: DagSpaceOptions) {
    const { nodes, operations } = cell;
    const pairs = pairsOf(nodes + 2);
    super(
      { operations: repeated(nodes, categorical(operations)), edges: repeated(pairs.length, integer(0, 1)) },
      {
        constraints: [{ name: 'nodes on no way from input to output', of: (candidate) => idle(candidate, pairs), atMost: 0 }], // prettier-ignore
        architecture: (candidate) => graphOf(candidate, pairs)
      }
    );
    this.pairs = pairs;
  }

  /** Nodes that work, n. */
  get nodes(): number {
    return this.cell.nodes;
  }

  /** Operations that a node can be. */
  get operations(): readonly string[] {
    return this.cell.operations;
  }
}

/**
 * The space of cells: candidates have "operations", a name for each node, and "edges", 1 where there is an edge, pair by pair (0-1, 0-2, 1-2, 0-3, ...). Each node must be on a way from the input to the output.
 * Encoded, a point is n blocks of a place for each operation, then a place for each edge.
 *
 * @throws {SwitchyardError} where a size is out of range, or operations are fewer than two or twice the same.
 */
export function dag(options: DagSpaceOptions): DagSpace {
  const where = 'nas.space.dag';
  expectInteger(where, 'nodes', options.nodes, 1);
  if (options.operations.length < 2 || new Set(options.operations).size < options.operations.length) {
    fail(where, 'operations must be two names or more, each once', options.operations);
  }
  return new DagSpace(options);
}

function pairsOf(count: number): (readonly [number, number])[] {
  return Array.from({ length: count }, (_, to) => Array.from({ length: to }, (_, from) => [from, to] as const)).flat();
}

function graphOf({ operations, edges }: Candidate, pairs: readonly (readonly [number, number])[]): ArchitectureGraph {
  const labels = ['input', ...(operations as string[]), 'output'];
  return {
    nodes: labels.map((label) => ({ label })),
    edges: pairs.filter((_, i) => (edges as readonly number[])[i] === 1)
  };
}

/** Nodes that nothing leads to, the input aside, or that lead nowhere, the output aside: as edges only lead on, all others are on a way. */
function idle({ edges }: Candidate, pairs: readonly (readonly [number, number])[]): number {
  const there = pairs.filter((_, i) => (edges as readonly number[])[i] === 1);
  const last = pairs.at(-1)![1];
  const [entered, left] = [new Set(there.map(([, to]) => to)), new Set(there.map(([from]) => from))];
  return Array.from({ length: last + 1 }, (_, node) => node).filter(
    (node) => (node > 0 && !entered.has(node)) || (node < last && !left.has(node))
  ).length;
}
