import { createHash } from 'crypto';
import { tf } from '../../base/backend';
import { Context, expectInteger, expectNumber, expectOneOf, fail, type Module } from '../../base/core';
import type { Graph } from '../../base/graph';
import { crossEntropy } from '../../base/ops';
import { enterGraph } from '../../nn/graph/onGraph';
import type { ClassificationMetrics } from './classification';
import { hashArrays, hashGraph } from './parts/hashGraph';
import { classesOf, expectLogits } from './parts/logits';
import { riskVariance } from './parts/riskVariance';
import { Rows } from './parts/rows';
import type { Task } from './task';

/** Some of a graph's nodes: their numbers, or for each node whether it is one of them. */
export type NodeChoice = ArrayLike<number> | readonly boolean[];

/** Options of `train.tasks.nodeClassification`. */
export interface NodeClassificationOptions {
  /** With features of its nodes. */
  graph: Graph;
  /** Class of each node, from 0; anything where it is not known and asked of nobody. [N]. */
  labels: ArrayLike<number>;
  /** Nodes whose classes are learnt. */
  training: NodeChoice;
  /** Nodes that the model is measured on. Default: it is not measured. */
  validation?: NodeChoice;
  /** Whether each class counts alike in the loss, however many of its nodes are learnt ("balanced"), or each node ("none"). Default "none". */
  weighting?: 'none' | 'balanced';
  /** Environments of nodes, [N], from 0, such as those of `graph.probes.environments`; the loss is the mean of their risks and this penalty times the variance of these. Default: none. */
  environments?: { of: ArrayLike<number>; penalty: number };
  /** Nodes of a step's loss; each epoch goes through them in an order of its own. Default: all. */
  batchSize?: number;
}

/** Nodes of a step's loss, and their classes; [B] each. */
export interface NodeBatch {
  nodes: Int32Array;
  labels: Int32Array;
}

/** Node classification; see {@link nodeClassification}. */
export interface NodeClassificationTask extends Task<NodeBatch, ClassificationMetrics> {
  readonly fixed: { batchSize: number; weighting?: 'balanced'; penalty?: number };
  /** Mean cross entropy in nats and the share of right classes, on any of the nodes, such as those kept for a test. */
  measure(model: Module, nodes: NodeChoice): ClassificationMetrics;
}

const WHERE = 'train.tasks.nodeClassification';

/**
 * Node classification on one graph (transductive): the model gives logits of classes, [N, C], for all nodes at once, on the graph, which the task leaves in the pass; the loss is the mean cross entropy of those nodes
 * that are trained on. What others are is never read for it, but what they hold is heard.
 *
 * @throws {SwitchyardError} where nodes have no features, nobody is trained on, or a class that is needed is no whole number from 0; in `fit`, where logits are not [N, C] with C above every class.
 */
export function nodeClassification(options: NodeClassificationOptions): NodeClassificationTask {
  const { graph, labels } = options;
  const { numNodes, nodeFeatures = fail(WHERE, 'the graph must have features of nodes', 'none') } = graph;
  if (labels?.length !== numNodes) {
    fail(WHERE, `labels must be as many as nodes (${numNodes})`, labels?.length);
  }
  const chosen = (name: string, choice: NodeChoice): NodeBatch =>
    withLabels(name, nodesOf(name, choice, numNodes), labels);
  const seen = chosen('training', options.training);
  const unseen = options.validation && chosen('validation', options.validation);
  const classes = Math.max(classesOf(seen.labels), classesOf(unseen?.labels ?? []));
  const { batchSize = seen.nodes.length, weighting = 'none', environments } = options;
  checkEnvironments(options);
  expectOneOf(WHERE, 'weighting', weighting, ['none', 'balanced']);
  const counts = new Float32Array(classes);
  seen.labels.forEach((label) => counts[label]++);
  expectInteger(WHERE, 'batchSize', batchSize, 1, seen.nodes.length);
  const rows = new Rows(WHERE, [], batchSize, seen.labels);
  const features = (): tf.Tensor2D => tf.tensor2d(nodeFeatures.values, [numNodes, nodeFeatures.width]);
  const logitsOf = (model: Module, ctx: Context): tf.Tensor2D => {
    enterGraph(graph, ctx);
    return expectLogits(WHERE, model.apply(features(), ctx), { rows: numNodes, classes });
  };
  const at = (logits: tf.Tensor2D, { nodes, labels }: NodeBatch): [logits: tf.Tensor2D, labels: tf.Tensor1D] => [
    tf.gather(logits, tf.tensor1d(nodes, 'int32')),
    tf.tensor1d(labels, 'int32')
  ];
  const measure = (model: Module, batch: NodeBatch): ClassificationMetrics => {
    const ctx = Context.create();
    const [loss, accuracy] = tf.tidy(() => {
      const [logits, classes] = at(logitsOf(model, ctx), batch);
      const hits = logits.argMax(1).toInt().equal(classes).toFloat();
      return tf.stack([crossEntropy(logits, classes).mean(), hits.mean()]).dataSync();
    });
    ctx.dispose();
    return { loss, accuracy };
  };
  return {
    kind: 'node-classification',
    fixed: { batchSize, ...(weighting === 'balanced' && { weighting }), ...(environments && { penalty: environments.penalty }) }, // prettier-ignore
    get hash() {
      return hashOf(graph, environments?.of, seen, unseen);
    },
    batch: (step, seed) => draw(seen, rows, step, seed),
    loss: (model, batch, ctx) => {
      const each = crossEntropy(...at(logitsOf(model, ctx), batch)) as tf.Tensor1D;
      if (environments !== undefined) {
        return riskVariance(each, batch.nodes.map((node) => environments.of[node]), environments.penalty); // prettier-ignore
      }
      if (weighting === 'none') {
        return each.mean<tf.Scalar>();
      }
      const weights = tf.tensor1d(Float32Array.from(batch.labels, (label) => 1 / counts[label]));
      return each.mul(weights).sum().div<tf.Scalar>(weights.sum());
    },
    measure: (model, nodes) => measure(model, chosen('nodes', nodes)),
    ...(unseen && { evaluate: (model: Module) => measure(model, unseen) })
  };
}

function checkEnvironments({ environments, weighting, graph }: NodeClassificationOptions): void {
  if (environments === undefined) {
    return;
  }
  const { of, penalty } = environments;
  expectNumber(WHERE, 'penalty of environments', penalty, 0);
  expectInteger(WHERE, 'nodes of environments', of.length, graph.numNodes, graph.numNodes);
  Array.from(of).forEach((each) => expectInteger(WHERE, 'environments', each, 0));
  if (weighting === 'balanced') {
    fail(WHERE, 'classes must not be weighted where there are environments', weighting);
  }
}

/** Numbers of nodes; each once. */
function nodesOf(name: string, choice: NodeChoice, numNodes: number): Int32Array {
  const all = Array.from<number | boolean>(choice ?? fail(WHERE, `${name} must name nodes, each once`, choice));
  const isMask = typeof all[0] === 'boolean';
  if (isMask && all.length !== numNodes) {
    fail(WHERE, `${name} must say of each node (${numNodes}) whether it is chosen`, all.length);
  }
  const nodes = isMask ? all.flatMap((is, node) => (is === true ? [node] : [])) : (all as number[]);
  nodes.forEach((node) => expectInteger(WHERE, `nodes of ${name}`, node, 0, numNodes - 1));
  const once = new Set<number>();
  const twice = nodes.find((node) => once.size === once.add(node).size);
  if (nodes.length === 0 || twice !== undefined) {
    fail(WHERE, `${name} must name nodes, each once, or say true or false of each`, twice ?? 'none'); // prettier-ignore
  }
  return Int32Array.from(nodes);
}

function withLabels(name: string, nodes: Int32Array, labels: ArrayLike<number>): NodeBatch {
  const wrong = nodes.find((node) => !(Number.isInteger(labels[node]) && labels[node] >= 0));
  if (wrong !== undefined) {
    fail(WHERE, `labels of ${name} must be whole numbers from 0 (node ${wrong})`, labels[wrong]);
  }
  return { nodes, labels: nodes.map((node) => labels[node]) };
}

function draw({ nodes, labels }: NodeBatch, rows: Rows, step: number, seed: number): NodeBatch {
  if (rows.batchSize === nodes.length) {
    return { nodes, labels };
  }
  const places = rows.draw(step, seed);
  return { nodes: places.map((place) => nodes[place]), labels: places.map((place) => labels[place]) };
}

function hashOf(graph: Graph, environments?: ArrayLike<number>, ...chosen: (NodeBatch | undefined)[]): string {
  const parts = chosen.flatMap((batch) => [batch?.nodes, batch?.labels]);
  if (environments !== undefined) {
    parts.push(Int32Array.from(environments));
  }
  return hashArrays(hashGraph(createHash('sha256'), graph), parts).digest('hex');
}
