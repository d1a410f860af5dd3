import { createHash } from 'crypto';
import { tf } from '../../base/backend';
import { Context, expectInteger, fail, type Module, showShape } from '../../base/core';
import { batch as batchOf, type Graph } from '../../base/graph';
import { enterGraph } from '../../nn/graph/onGraph';
import { hashGraph } from './parts/hashGraph';
import { Rows } from './parts/rows';
import type { Metrics, Task } from './task';

/** Snapshots of a spread, each with the node where it began. */
export interface LocatedSources {
  /** With features of their nodes, of one width: what is seen of each, such as its state as one of several. */
  graphs: readonly Graph[];
  /** Node of each graph where it began. */
  sources: ArrayLike<number>;
}

/** Options of `train.tasks.sourceLocalization`. */
export interface SourceLocalizationOptions extends LocatedSources {
  /** Validation data. Default: the model is not measured. */
  validation?: LocatedSources;
  /** Graphs of a step, B; each epoch goes through all in an order of its own. Default 16. */
  batchSize?: number;
}

/** Numbers of the graphs of a step, [B]. */
export interface SnapshotBatch {
  rows: Int32Array;
}

/** Mean cross entropy in nats over the nodes of a graph, and the share of graphs whose source has the highest logit; of equal ones the first counts. */
export interface SourceMetrics extends Metrics {
  loss: number;
  accuracy: number;
}

/** Source localisation; see {@link sourceLocalization}. */
export interface SourceLocalizationTask extends Task<SnapshotBatch, SourceMetrics> {
  readonly fixed: { batchSize: number };
  /** The same measures on other snapshots, such as those kept for a test. */
  measure(model: Module, data: LocatedSources): SourceMetrics;
}

const WHERE = 'train.tasks.sourceLocalization';

/**
 * Source localisation (patient zero, arXiv 2006.11913): from one snapshot of a spread over a graph the model gives a logit of each node, [N, 1], and the loss is the mean cross entropy of the source among the nodes of its graph. How the spread
 * goes is known to nobody. Graphs of a step are batched into one that the task leaves in the pass.
 *
 * @throws {SwitchyardError} where there is no graph, one has no features, or a source is not of its graph; in `fit`, where logits are not [N, 1].
 */
export function sourceLocalization(options: SourceLocalizationOptions): SourceLocalizationTask {
  const { batchSize = 16 } = options;
  const seen = checked('graphs', options);
  const unseen = options.validation && checked('validation', options.validation);
  const rows = new Rows(WHERE, [], batchSize, seen.sources);
  const measure = (model: Module, data: Located): SourceMetrics => {
    const each = new Rows(WHERE, [], batchSize, data.sources).all().flatMap((numbers) => {
      const ctx = Context.create();
      const logits = tf.tidy(() => logitsOf(model, data, numbers, ctx).map((part) => part.dataSync<'float32'>()));
      ctx.dispose();
      return logits.map((part, b) => outcome(part, data.sources[numbers[b]]));
    });
    const mean = (name: 'loss' | 'accuracy'): number => each.reduce((sum, one) => sum + one[name], 0) / each.length;
    return { loss: mean('loss'), accuracy: mean('accuracy') };
  };
  return {
    kind: 'source-localization',
    fixed: { batchSize },
    get hash() {
      const hash = createHash('sha256');
      [seen, unseen].forEach((data) => {
        hash.update(`${data?.graphs.length ?? 'none'} graphs\n`);
        data?.graphs.forEach((graph, i) => hashGraph(hash, graph).update(`${data.sources[i]}\n`));
      });
      return hash.digest('hex');
    },
    batch: (step, seed) => ({ rows: rows.draw(step, seed) }),
    loss: (model, batch, ctx) => {
      const losses = logitsOf(model, seen, batch.rows, ctx).map((part, b) => part.logSumExp().sub(part.slice([seen.sources[batch.rows[b]]], [1]).sum())); // prettier-ignore
      return tf.stack(losses).mean<tf.Scalar>();
    },
    measure: (model, data) => measure(model, checked('data', data)),
    ...(unseen && { evaluate: (model: Module) => measure(model, unseen) })
  };
}

interface Located {
  graphs: readonly Graph[];
  sources: Int32Array;
}

function checked(name: string, { graphs, sources }: LocatedSources): Located {
  if (!Array.isArray(graphs) || graphs.length === 0) {
    fail(WHERE, `${name} must hold a graph`, 'none');
  }
  if (sources?.length !== graphs.length) {
    fail(WHERE, `sources must be as many as graphs (${graphs.length})`, sources?.length);
  }
  (graphs as readonly Graph[]).forEach(({ numNodes, nodeFeatures }, i) => {
    if (nodeFeatures === undefined) {
      fail(WHERE, `each graph must have features of nodes (graph ${i} of ${name})`, 'none');
    }
    expectInteger(WHERE, `source of graph ${i}`, sources[i], 0, numNodes - 1);
  });
  return { graphs, sources: Int32Array.from(sources) };
}

/** Logits of the nodes of each of these graphs. */
function logitsOf(model: Module, { graphs }: Located, rows: Int32Array, ctx: Context): tf.Tensor1D[] {
  const own = Array.from(rows, (row) => graphs[row]);
  const graph = batchOf(own);
  enterGraph(graph, ctx);
  const { values, width } = graph.nodeFeatures!;
  const logits = model.apply(tf.tensor2d(values, [graph.numNodes, width]), ctx);
  if (logits.rank !== 2 || logits.shape[0] !== graph.numNodes || logits.shape[1] !== 1) {
    fail(WHERE, `the model must give a logit of each node, [${graph.numNodes}, 1]`, showShape(logits.shape));
  }
  const sizes = own.map(({ numNodes }) => numNodes);
  const flat = logits.reshape<tf.Tensor1D>([graph.numNodes]);
  return tf.split(flat, sizes);
}

function outcome(logits: Float32Array, source: number): SourceMetrics {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
  return { loss: most + Math.log(sum) - logits[source], accuracy: logits.indexOf(most) === source ? 1 : 0 };
}
