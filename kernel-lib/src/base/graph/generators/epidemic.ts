import { expectInteger, expectNumber, expectOneOf, Random, given } from '../../core';
import type { Graph } from '../graph';

/** Compartments: susceptible, exposed, infected, recovered. */
export type EpidemicModel = 'SI' | 'SIR' | 'SEIR';

/** Options of `graph.generators.epidemic`. */
export interface EpidemicOptions {
  /** Default 'SIR'. */
  model?: EpidemicModel;
  /** Probability in a step that an infected node infects a susceptible one that it leads to. Default 0.3. */
  infection?: number;
  /** Probability in a step that an infected node recovers; of SI it is 0. Default 0.1. */
  recovery?: number;
  /** Probability in a step that an exposed node of SEIR becomes infected. Default 0.5. */
  incubation?: number;
  /** Steps, T. */
  steps: number;
  /** Node where it begins. Default: drawn evenly. */
  source?: number;
  /** Default 0. */
  seed?: number;
}

/** Spread over a graph from one node. */
export interface Epidemic {
  /** The node that it began at. */
  source: number;
  /** State of each node, 0 S, 1 E, 2 I, 3 R, before the first step and after each; [T + 1][N]. */
  states: Uint8Array[];
}

const [S, E, I, R] = [0, 1, 2, 3];
const MODELS: readonly EpidemicModel[] = ['SI', 'SIR', 'SEIR'];

/** Epidemic over the edges of a graph, in synchronous steps: SI, SIR or SEIR with one source, the planted truth of source localisation (arXiv 2006.11913). */
export function epidemic(graph: Graph, options: EpidemicOptions): Epidemic {
  const where = 'graph.generators.epidemic';
  const {
    model = 'SIR',
    infection = 0.3,
    recovery = 0.1,
    incubation = 0.5,
    steps,
    seed = 0
  } = given('graph.generators.epidemic', options);
  expectOneOf(where, 'model', model, MODELS);
  Object.entries({ infection, recovery, incubation }).forEach(([name, p]) => expectNumber(where, name, p, 0, 1));
  expectInteger(where, 'steps', steps, 0);
  expectInteger(where, 'nodes of the graph', graph.numNodes, 1);
  const random = Random.fromSeed(seed).child(where);
  const source = options.source ?? Math.floor(random.child('source').generator()() * graph.numNodes);
  expectInteger(where, 'source', source, 0, graph.numNodes - 1);
  const next = random.child('steps').generator();
  const states = [new Uint8Array(graph.numNodes)];
  states[0][source] = I;
  const { starts, neighbours } = graph.incoming;
  for (let step = 0; step < steps; step++) {
    const now = states[step];
    const after = now.slice();
    now.forEach((state, node) => {
      if (state === S) {
        // One draw an edge: each infected neighbour has its own chance.
        for (let e = starts[node]; e < starts[node + 1]; e++) {
          if (now[neighbours[e]] === I && next() < infection) {
            after[node] = model === 'SEIR' ? E : I;
          }
        }
      } else if (state === E && next() < incubation) {
        after[node] = I;
      } else if (state === I && model !== 'SI' && next() < recovery) {
        after[node] = R;
      }
    });
    states.push(after);
  }
  return { source, states };
}
