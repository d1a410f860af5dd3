import type { Graph } from '../../base/graph';
import {
  balancedForman,
  componentsOf,
  conductances,
  gapOf,
  hopsFrom,
  type Neighbourhoods,
  totalResistance,
  undirectedNeighbourhoods
} from '../../base/topology';

/** Shape of a graph in numbers, before and after it is rewired. */
export interface ShapeProbes {
  nodes: number;
  /** Undirected, without loops, parallel ones once. */
  edges: number;
  components: number;
  /** Edges on the longest of the shortest ways; of the widest component where there are several. */
  diameter: number;
  /** Second eigenvalue of the normalised Laplacian. */
  spectralGap: number;
  /** Sum of the effective resistance of all pairs; Infinity where the graph is not connected, null beyond 1,000 nodes, where it is not computed. */
  totalResistance: number | null;
  /** Least and mean balanced Forman curvature; null without edges. */
  leastCurvature: number | null;
  meanCurvature: number | null;
}

/** An undirected edge that was added or removed, and whether the theory that chose it holds of it. */
export interface RewiredEdge {
  source: number;
  target: number;
  /** Number that the method's criterion is about (`RewiringReport.criterion`); null where it has none for single edges. */
  value: number | null;
  /** Whether the edge meets the criterion; null where it has none, and where that is not computed. */
  met: boolean | null;
}

/** Account of a rewiring: each edge that changed, whether the method's own theory holds of it, and the shape before and after. */
export interface RewiringReport {
  method: string;
  input: Graph;
  output: Graph;
  /** The theory's condition on an added edge, in words. */
  criterion: string;
  added: RewiredEdge[];
  removed: RewiredEdge[];
  /** Added edges that meet the criterion, of those of which it is known. */
  criterionMet: { met: number; of: number };
  before: ShapeProbes;
  after: ShapeProbes;
}

/** A rewired graph and the account of it. The input is never changed. */
export interface Rewiring {
  graph: Graph;
  report: RewiringReport;
}

/** Resistance is of n^3 operations. */
const MOST_FOR_RESISTANCE = 1000;

/** Shape of an undirected graph in numbers. */
export function shapeProbes(where: string, graph: Graph): ShapeProbes {
  const near = undirectedNeighbourhoods(where, graph);
  const curvatures = balancedForman(graph).map(({ curvature }) => curvature);
  return {
    nodes: near.length,
    edges: curvatures.length,
    components: new Set(componentsOf(near)).size,
    diameter: near.reduce((most, _, node) => Math.max(most, farthest(near, node)), 0),
    spectralGap: gapOf(near, conductances(where, graph, near)),
    totalResistance: near.length <= MOST_FOR_RESISTANCE ? totalResistance(graph) : null,
    leastCurvature: curvatures.length === 0 ? null : curvatures.reduce((a, b) => Math.min(a, b)),
    meanCurvature: curvatures.length === 0 ? null : curvatures.reduce((a, b) => a + b) / curvatures.length
  };
}

function farthest(near: Neighbourhoods, node: number): number {
  return hopsFrom(near, node).reduce((most, hops) => Math.max(most, hops), 0);
}

/** The account of a rewiring. */
export function reportOf(
  where: string,
  input: Graph,
  output: Graph,
  { criterion, added, removed }: Pick<RewiringReport, 'criterion' | 'added' | 'removed'>
): RewiringReport {
  const known = added.filter(({ met }) => met !== null);
  return {
    method: where,
    input,
    output,
    criterion,
    added,
    removed,
    criterionMet: { met: known.filter(({ met }) => met === true).length, of: known.length },
    before: shapeProbes(where, input),
    after: shapeProbes(where, output)
  };
}
