/** @file Ops on the edges of a graph, with gradients: custom ops of the CPU, or TensorFlow's own composed where there are none. */
export { edgeDifference, edgeDot, edgeGather, edgeScatter, edgeSum } from './edges';
export type { Reduction } from './edges';
export { edgeSoftmax } from './edgeSoftmax';
export { neighbourMax } from './neighbourMax';
export { neighbourMean, neighbourSum } from './neighbourSum';
export type { EdgeWeights } from './neighbourSum';
export { neighbourSolve } from './neighbourSolve';
export type { SolveOptions } from './neighbourSolve';
export { treeReduce } from './treeReduce';
