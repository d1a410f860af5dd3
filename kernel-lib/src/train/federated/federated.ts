import { tf } from '../../base/backend';
import { Context, expectInteger, expectNumber, expectOneOf, fail, maskedPaths, masksAt } from '../../base/core';
import type { Module, RoundRecord } from '../../base/core';
import { floor } from '../../base/math';
import { copyModel } from '../../models/copyModel';
import type { TransformReport } from '../../transform/moe/report';
import { taskGradients } from '../../transform/prune/importance/parts/taskGradients';
import { totalLoss } from '../../transform/prune/importance/parts/calibration';
import { densityOf } from '../../transform/prune/schedules/density';
import { exchange } from '../../transform/prune/schedules/dynamicSparse';
import { fit } from '../loop';
import type { Task } from '../tasks/task';
import { federatedAverage } from './average';
import { poolStatistics } from './pooledStatistics';

/** One who trains on data of its own. */
export interface FederatedClient {
  name: string;
  task: Task;
  /** Inputs of the model that batch norms are measured on; they stay with the client. */
  inputs: tf.Tensor;
  /** Share in means, such as how many examples it has. Default 1. */
  weight?: number;
}

/** Options of `prune.federated`. */
export interface FederatedOptions {
  /** Each its own task; two or more. */
  clients: readonly FederatedClient[];
  /** Masked models to choose from, pruned coarsely at the server; they stay as they are. */
  candidates: readonly Module[];
  /** How candidates are measured on the clients' data: with batch norms as they are stored, or measured anew by the clients. Default "adaptiveBN". */
  select?: 'adaptiveBN' | 'stored';
  /** Batches that a client measures a candidate on. Default 2. */
  batches?: number;
  /** Rounds of training; 0 chooses alone. */
  rounds: number;
  /** Steps of a client in a round. Default 10. */
  localSteps?: number;
  /** Default 3e-3. */
  learningRate?: number;
  /** Changes of the masks, one matrix at a time, the last first: each so many rounds, of a share that falls to 0 as a cosine; null: masks stay. Default each 2, 0.3. */
  progressive?: { every?: number; share?: number } | null;
  /** Default 0. */
  seed?: number;
  /** Told of each round: the mean "loss" of the clients' last steps, and the "density". */
  onRound?: (record: RoundRecord, model: Module) => void;
}

export interface FederatedReport extends TransformReport {
  mode: 'mask';
  /** Which candidate was chosen, from 0, and the clients' mean loss by each. */
  selected: number;
  losses: number[];
  /** Share of the masked values that is left; it does not change. */
  density: number;
  /** Paths whose masks changed, in order, each with the round. */
  changed: { round: number; path: string }[];
}

const WHERE = 'prune.federated';

/**
 * Federated pruning (FedTiny, arXiv 2212.01977): of models that a server pruned coarsely, the one is chosen that clients lose least by once its batch norms are theirs; it is trained by federated
 * averaging, and its masks follow the clients' gradients one matrix at a time, so that no client holds more than one dense gradient, of which it sends the largest values. The
 * density stays. A new model.
 *
 * @throws {SwitchyardError} where there are less than two clients, no candidate, a candidate without masks, an option out of range, or a loss that is not finite.
 */
export async function federated<M extends Module>(
  options: FederatedOptions & { candidates: readonly M[] }
): Promise<{ model: M; report: FederatedReport }> {
  const { clients, candidates, rounds, localSteps = 10, learningRate = 3e-3, seed = 0, onRound } = options;
  const settings = check(options);
  const weights = clients.map(({ weight = 1 }) => weight);
  const losses = candidates.map((candidate) => measured(candidate, weights, options));
  const selected = losses.indexOf(Math.min(...losses));
  const model = begin(candidates[selected], weights, options);
  const paths = maskedPaths(model);
  const changed: FederatedReport['changed'] = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      const loss = await trainRound(model, clients, weights, { round, localSteps, learningRate, seed });
      if (settings !== null && round % settings.every === 0) {
        const path = paths[paths.length - 1 - (changed.length % paths.length)];
        const share = (settings.share / 2) * (1 + Math.cos((Math.PI * round) / rounds));
        changeMask(model, path, share, { clients, weights, round, seed });
        changed.push({ round, path });
      }
      const values = { loss, density: densityOf(model, paths) };
      onRound?.({ round, clients: clients.map(({ name }) => name), values }, model);
    }
  } catch (error) {
    model.dispose();
    throw error;
  }
  const count = model.countParameters();
  const facts = { selected, losses, density: densityOf(model, paths), changed };
  return { model, report: { transformation: 'federated', mode: 'mask', parameters: { before: count, after: count }, ...facts } }; // prettier-ignore
}

function check(options: FederatedOptions): { every: number; share: number } | null {
  const {
    clients,
    candidates,
    select = 'adaptiveBN',
    batches = 2,
    rounds,
    localSteps = 10,
    progressive = {}
  } = options;
  if (clients.length < 2) {
    fail(WHERE, 'clients must be two or more', clients.length);
  }
  clients.forEach(({ name, weight = 1 }) => expectNumber(WHERE, `weight of "${name}"`, weight, Number.MIN_VALUE));
  if (candidates.length === 0) {
    fail(WHERE, 'candidates must be masked models', 'none');
  }
  const bare = candidates.find((each) => maskedPaths(each).length === 0);
  if (bare !== undefined) {
    fail(WHERE, 'candidates must be masked models', `a ${bare.kind} without masks`);
  }
  expectOneOf(WHERE, 'select', select, ['adaptiveBN', 'stored']);
  expectInteger(WHERE, 'batches', batches, 1);
  expectInteger(WHERE, 'rounds', rounds, 0);
  expectInteger(WHERE, 'localSteps', localSteps, 1);
  if (progressive === null) {
    return null;
  }
  const { every = 2, share = 0.3 } = progressive;
  expectInteger(WHERE, 'progressive.every', every, 1);
  expectNumber(WHERE, 'progressive.share', share, 0, 1);
  return { every, share };
}

/** A copy whose masked values are 0, with the batch norms that it was chosen by. */
function begin<M extends Module>(
  candidate: M,
  weights: readonly number[],
  { clients, select = 'adaptiveBN' }: FederatedOptions
): M {
  const model = copyModel(candidate);
  if (select === 'adaptiveBN') {
    poolStatistics(WHERE, model, clients.map(({ inputs }) => inputs), weights); // prettier-ignore
  }
  const parameters = model.parameters();
  masksAt(model, maskedPaths(model)).forEach((mask, path) =>
    tf.tidy(() => parameters.get(path)!.assign(parameters.get(path)!.variable.mul(mask.variable), path))
  );
  return model;
}

/** Mean loss of the clients by a candidate. */
function measured(candidate: Module, weights: readonly number[], options: FederatedOptions): number {
  const { clients, batches = 2, seed = 0 } = options;
  const model = begin(candidate, weights, options);
  try {
    const losses = clients.map(({ task: given }) => {
      const task = given.on?.(model) ?? given;
      return Array.from({ length: batches }, (_, i) => lossOf(model, task, i + 1, seed)).reduce((a, b) => a + b, 0) / batches; // prettier-ignore
    });
    const mean = weightedMean(losses, weights);
    return Number.isFinite(mean) ? mean : fail(WHERE, 'losses of the clients must be finite', mean);
  } finally {
    model.dispose();
  }
}

function lossOf(model: Module, task: Task, step: number, seed: number): number {
  const ctx = Context.create();
  try {
    return tf.tidy(() => totalLoss(task.loss(model, task.batch(step, seed), ctx)).dataSync()[0]);
  } finally {
    ctx.dispose();
  }
}

async function trainRound(
  model: Module,
  clients: readonly FederatedClient[],
  weights: readonly number[],
  { round, localSteps, learningRate, seed }: { round: number; localSteps: number; learningRate: number; seed: number }
): Promise<number> {
  const locals = clients.map(() => copyModel(model));
  try {
    const losses: number[] = [];
    for (const [i, { task }] of clients.entries()) {
      const options = { steps: localSteps, learningRate, seed: seed + 1000 * round + i };
      const run = await fit(locals[i], task, { ...options, warmup: 0, schedule: 'constant', evaluateEvery: 0, progress: false }); // prettier-ignore
      losses.push(run.losses.at(-1)!);
    }
    federatedAverage(model, locals, weights);
    return weightedMean(losses, weights);
  } finally {
    locals.forEach((local) => local.dispose());
  }
}

/** Values of least size go, and others come where the clients' gradients are largest. */
function changeMask(
  model: Module,
  path: string,
  share: number,
  { clients, weights, round, seed }: { clients: readonly FederatedClient[]; weights: readonly number[]; round: number; seed: number } // prettier-ignore
): void {
  const left = masksAt(model, [path])
    .get(path)!
    .variable.dataSync<'float32'>()
    .reduce((a, b) => a + b, 0);
  const count = Math.max(1, floor(share * left));
  const total = weights.reduce((a, b) => a + b, 0);
  const sent = (i: number): tf.Tensor => {
    const all = taskGradients(WHERE, model, clients[i].task, { step: round, seed });
    const own = all.get(path) ?? fail(WHERE, 'the loss must depend on every masked matrix', path);
    const largest = tf.tidy(() => {
      const flat = own.abs().flatten();
      const least = tf.topk(flat, Math.min(flat.size, count + left)).values.min();
      return own.mul(own.abs().greaterEqual(least).toFloat()).mul<tf.Tensor>(weights[i] / total);
    });
    tf.dispose([...all.values()]);
    return largest;
  };
  const gradients = (): Map<string, tf.Tensor> => {
    const parts = clients.map((_, i) => sent(i));
    const sum = tf.addN(parts);
    tf.dispose(parts);
    return new Map([[path, sum]]);
  };
  const state = { step: round, gradients, forget: () => undefined };
  exchange(model, [path], state, { share, growBy: 'gradient', redistribute: false });
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + value * weights[i], 0) / weights.reduce((a, b) => a + b, 0);
}
