import { createHash } from 'crypto';
import { tf } from '../../base/backend';
import { Context, fail, type Module } from '../../base/core';
import { batch as batchOf, type Graph } from '../../base/graph';
import { crossEntropy } from '../../base/ops';
import { enterGraph } from '../../nn/graph/onGraph';
import type { ClassificationMetrics } from './classification';
import { hashGraph } from './parts/hashGraph';
import { classesOf, expectLogits } from './parts/logits';
import { Rows } from './parts/rows';
import type { Task } from './task';

/** Graphs, each with its class. */
export interface LabelledGraphs {
  /** With features of their nodes, of one width. */
  graphs: readonly Graph[];
  /** Class of each graph, from 0. */
  labels: ArrayLike<number>;
}

/** Options of `train.tasks.graphClassification`. */
export interface GraphClassificationOptions extends LabelledGraphs {
  /** Validation data. Default: the model is not measured. */
  validation?: LabelledGraphs;
  /** Graphs of a step, B; each epoch goes through all in an order of its own. Default 32. */
  batchSize?: number;
}

/** Numbers of the graphs of a step, and their classes; [B] each. */
export interface GraphBatch {
  rows: Int32Array;
  labels: Int32Array;
}

/** Graph classification; see {@link graphClassification}. */
export interface GraphClassificationTask extends Task<GraphBatch, ClassificationMetrics> {
  readonly fixed: { batchSize: number };
  /** Mean cross entropy in nats and the share of right classes, on other graphs, such as those kept for a test. */
  measure(model: Module, data: LabelledGraphs): ClassificationMetrics;
}

const WHERE = 'train.tasks.graphClassification';

/**
 * Graph classification: the graphs of a step are batched into one that the task leaves in the pass, and the model (`models.graphNetwork({ readout: 'mean', ... })`) gives logits of classes, one row for each, [B, C]; the loss
 * is their mean cross entropy.
 *
 * @throws {SwitchyardError} where there is no graph, one has no features, or a class is no whole number from 0; in `fit`, where logits are not [B, C] with C above every class.
 */
export function graphClassification(options: GraphClassificationOptions): GraphClassificationTask {
  const { batchSize = 32 } = options;
  const seen = labelled('graphs', options);
  const unseen = options.validation && labelled('validation', options.validation);
  const rows = new Rows(WHERE, [], batchSize, seen.labels);
  const measure = (model: Module, data: Labelled): ClassificationMetrics => {
    const sums = new Rows(WHERE, [], batchSize, data.labels).all().map((numbers) => {
      const ctx = Context.create();
      const sum = tf.tidy(() => {
        const [logits, classes] = examples(model, data, numbers, ctx);
        const hits = logits.argMax(1).toInt().equal(classes).toFloat();
        return tf.stack([crossEntropy(logits, classes).sum(), hits.sum()]).dataSync();
      });
      ctx.dispose();
      return sum;
    });
    const mean = (i: number): number => sums.reduce((sum, each) => sum + each[i], 0) / data.labels.length;
    return { loss: mean(0), accuracy: mean(1) };
  };
  return {
    kind: 'graph-classification',
    fixed: { batchSize },
    get hash() {
      const hash = createHash('sha256');
      [seen, unseen].forEach((data) => {
        hash.update(`${data?.graphs.length ?? 'none'} graphs\n`);
        data?.graphs.forEach((graph, i) => hashGraph(hash, graph).update(`${data.labels[i]}\n`));
      });
      return hash.digest('hex');
    },
    batch: (step, seed) => {
      const numbers = rows.draw(step, seed);
      return { rows: numbers, labels: rows.labelsOf(numbers) };
    },
    loss: (model, batch, ctx) => crossEntropy(...examples(model, seen, batch.rows, ctx)).mean<tf.Scalar>(),
    measure: (model, data) => measure(model, labelled('data', data)),
    ...(unseen && { evaluate: (model: Module) => measure(model, unseen) })
  };
}

interface Labelled {
  graphs: readonly Graph[];
  labels: Int32Array;
}

function labelled(name: string, { graphs, labels }: LabelledGraphs): Labelled {
  if (graphs.length === 0) {
    fail(WHERE, `${name} must hold a graph`, 'none');
  }
  if (labels?.length !== graphs.length) {
    fail(WHERE, `labels must be as many as graphs (${graphs.length})`, labels?.length);
  }
  const bare = graphs.findIndex(({ nodeFeatures }) => nodeFeatures === undefined);
  if (bare >= 0) {
    fail(WHERE, `each graph must have features of nodes (graph ${bare} of ${name})`, 'none');
  }
  const wrong = Array.from(labels).findIndex((label) => !(Number.isInteger(label) && label >= 0));
  return wrong < 0
    ? { graphs, labels: Int32Array.from(labels) }
    : fail(WHERE, `labels must be whole numbers from 0 (graph ${wrong} of ${name})`, labels[wrong]);
}

/** Logits of these graphs [B, C], and their classes [B]. */
function examples(
  model: Module,
  { graphs, labels }: Labelled,
  rows: Int32Array,
  ctx: Context
): [logits: tf.Tensor2D, classes: tf.Tensor1D] {
  const graph = batchOf(Array.from(rows, (row) => graphs[row]));
  const own = rows.map((row) => labels[row]);
  enterGraph(graph, ctx);
  const { values, width } = graph.nodeFeatures!;
  const logits = model.apply(tf.tensor2d(values, [graph.numNodes, width]), ctx);
  const expected = { rows: rows.length, classes: classesOf(own), whose: ', a row for each graph (readout)' };
  return [expectLogits(WHERE, logits, expected), tf.tensor1d(own, 'int32')];
}
