import { tf } from '../../base/backend';
import { expectInteger, fail, masksAt } from '../../base/core';
import type { Module, Parameter } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import { chosenMatrices } from './matrices';
import type { MatrixChoice } from './matrices';
import type { TransformReport } from '../moe/report';
import { densityOf } from './schedules/density';

/** Graph of units: nodes by number from 0, and directed edges, each from one to another or to itself. */
export interface UnitGraph {
  nodes: number;
  edges: readonly (readonly [number, number])[];
}

export interface GraphMaskOptions extends MatrixChoice {
  /** Units are its nodes. */
  graph: UnitGraph;
}

export interface GraphMaskReport extends TransformReport {
  mode: 'mask';
  /** Share of the values left of the matrices that are masked. */
  density: number;
  /** Paths of those matrices. */
  matrices: string[];
}

/**
 * Masks recurrent matrices to a graph: unit i acts on unit j, in each gate, where there is an edge from i to j (sparse recurrent networks from random graphs,
 * Darji, "Investigating Sparsity in Recurrent Neural Networks"). A new model; matrices are all whose inputs and outputs are the same units.
 *
 * @throws {SwitchyardError} where no matrix is recurrent, it has not as many units as the graph nodes, or an edge names no node.
 */
export function graphMask<M extends Module>(
  model: M,
  { graph, ...choice }: GraphMaskOptions
): { model: M; report: GraphMaskReport } {
  const all = model.parameters();
  const recurrent = [...all].filter(([, each]) => isRecurrent(each)).map(([path]) => path);
  if (recurrent.length === 0) {
    fail(WHERE, 'the model must have a recurrent matrix', model.kind);
  }
  expectInteger(WHERE, 'graph.nodes', graph.nodes, 1);
  graph.edges.flat().forEach((node) => expectInteger(WHERE, 'an edge of the graph', node, 0, graph.nodes - 1));
  const paths = chosenMatrices(WHERE, model, choice, recurrent);
  for (const path of paths) {
    const [units] = all.get(path)?.axes ?? [];
    if (!recurrent.includes(path) || units.storedSize !== graph.nodes) {
      fail(WHERE, `"${path}" must be a recurrent matrix of as many units as the graph has nodes (${graph.nodes})`, units.storedSize); // prettier-ignore
    }
  }
  const masked = copyModel(model);
  const adjacency = new Set(graph.edges.map(([from, to]) => from * graph.nodes + to));
  masksAt(masked, paths).forEach((mask, path) => {
    const [units, outputs] = mask.axes;
    const places = outputs.placesOf(units);
    const before = mask.variable.dataSync();
    const values = Float32Array.from(before, (kept, i) => {
      const [from, to] = [Math.floor(i / places.length), places[i % places.length]];
      return adjacency.has(from * graph.nodes + to) ? kept : 0;
    });
    tf.tidy(() => mask.assign(tf.tensor(values, mask.shape), path));
  });
  const count = model.countParameters();
  const density = densityOf(masked, paths);
  return { model: masked, report: { transformation: 'graphMask', mode: 'mask', parameters: { before: count, after: count }, density, matrices: paths } }; // prettier-ignore
}

const WHERE = 'prune.graphMask';

/** Whether what comes in are the units that go out, gate by gate. */
function isRecurrent({ axes }: Parameter): boolean {
  return axes.length === 2 && axes[0].symbols().length === 1 && axes[1].symbols().includes(axes[0]);
}
