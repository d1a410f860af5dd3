import { expectInteger, fail, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { componentsOf, conductances, pseudoinverse } from '../../base/topology';
import { EditableGraph } from './editableGraph';
import type { Rewiring } from './rewiring';

/** Options of `graph.rewire.effectiveResistance`. */
export interface ResistanceOptions {
  /** Edges that are added. */
  edges: number;
}

const CRITERION = 'it lowers the total effective resistance (value: by how much), which bounds over-squashing (arXiv 2302.06835)'; // prettier-ignore

/**
 * Greedy rewiring by total effective resistance (Black et al., 2023, arXiv 2302.06835): each edge, of conductance 1, is that of all pairs which lowers the sum of all resistances most, `n |L+ (e_u - e_v)|^2 / (1 + R_uv)`, with the
 * pseudoinverse kept up to date by rank-one changes. O(n^3) once, then O(n^2) an edge. Ends early where the graph is complete.
 *
 * @throws {SwitchyardError} where the graph is not connected, an edge has no way back, or beyond 2,048 nodes.
 */
export function effectiveResistance(graph: Graph, options: ResistanceOptions): Rewiring {
  const { edges } = given('graph.rewire.effectiveResistance', options);
  const where = 'graph.rewire.effectiveResistance';
  expectInteger(where, 'edges', edges, 0);
  const editable = new EditableGraph(where, graph);
  expectInteger(where, 'nodes', editable.numNodes, 1, 2048);
  const near = editable.neighbourhoods;
  const inverse =
    pseudoinverse(near, conductances(where, graph, near)) ??
    fail(where, 'the graph must be connected', apart(new Set(componentsOf(near)).size));
  const square = inverse.map((row) => Float64Array.from(inverse, (other) => dot(row, other)));
  for (let edge = 0; edge < edges; edge++) {
    const best = bestEdge(editable, inverse, square);
    if (best === null) {
      break;
    }
    addEdge(inverse, square, best);
    editable.add(best.u, best.v, { value: best.drop, met: best.drop > 0 });
  }
  return editable.finish(CRITERION);
}

/** Reason that a graph is not connected: components, or weights of 0 within its one. */
function apart(components: number): string {
  return components > 1 ? `${components} components` : 'parts that only edges of weight 0 join';
}

interface Candidate {
  u: number;
  v: number;
  /** By how much the total falls. */
  drop: number;
}

function bestEdge(
  editable: EditableGraph,
  inverse: readonly Float64Array[],
  square: readonly Float64Array[]
): Candidate | null {
  let best: Candidate | null = null;
  for (let u = 0; u < inverse.length; u++) {
    for (let v = u + 1; v < inverse.length; v++) {
      const resistance = inverse[u][u] + inverse[v][v] - 2 * inverse[u][v];
      const drop = (inverse.length * (square[u][u] + square[v][v] - 2 * square[u][v])) / (1 + resistance);
      // Of edges that are as good the first is taken, whatever rounding says.
      if ((best === null || drop > best.drop * (1 + 1e-9)) && editable.canAdd(u, v)) {
        best = { u, v, drop };
      }
    }
  }
  return best;
}

/** L+ and its square after an edge of conductance 1 (Sherman and Morrison). */
function addEdge(inverse: readonly Float64Array[], square: readonly Float64Array[], { u, v }: Candidate): void {
  const w = inverse[u].map((value, i) => value - inverse[v][i]);
  const image = Float64Array.from(inverse, (row) => dot(row, w));
  const scale = 1 / (1 + w[u] - w[v]);
  const length = dot(w, w);
  for (let i = 0; i < w.length; i++) {
    for (let j = 0; j < w.length; j++) {
      square[i][j] += scale * (scale * length * w[i] * w[j] - w[i] * image[j] - image[i] * w[j]);
      inverse[i][j] -= scale * w[i] * w[j];
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}
