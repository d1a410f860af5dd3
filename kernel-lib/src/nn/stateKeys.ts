/** @file Keys of what a model, or who calls it, leaves in the pass for the layers that look something up by it. */
import type { tf } from '../base/backend';
import { stateKey } from '../base/core';
import type { Graph } from '../base/graph';

/** The id of each token, int32 [T]; language models leave it. */
export const TOKEN_IDS = stateKey<tf.Tensor1D>('tokenIds');

/** The task of each token, int32 [T]. */
export const TASK_IDS = stateKey<tf.Tensor1D>('taskIds');

/** The modality of each token, int32 [T]; models of several modalities leave it. */
export const MODALITY_IDS = stateKey<tf.Tensor1D>('modalityIds');

/** Sequence that came before each token, [T, N, D]; rows of zeros where there are fewer than N. */
export const BEHAVIOURS = stateKey<tf.Tensor3D>('behaviours');

/** The graph that a pass is on; `graph.OnGraph` leaves it. */
export const GRAPH = stateKey<Graph>('graph');

/** Features of a graph's edges, [M, R], in the order of the edges of {@link GRAPH}; `graph.OnGraph` leaves those that it has. */
export const RELATIONS = stateKey<tf.Tensor2D>('relations');

/** How far each edge of {@link GRAPH} is open, 0..1, [M, 1]: layers that pass messages hear as much of it. */
export const EDGE_GATES = stateKey<tf.Tensor2D>('edgeGates');

/** Features of a graph's nodes, [N, F], for layers that work on its edges. */
export const NODES = stateKey<tf.Tensor2D>('nodes');
