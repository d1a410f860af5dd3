import { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectOneOf, maskedPaths, masksAt } from '../../base/core';
import type { Module } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import { unstructured } from './unstructured';
import type { UnstructuredOptions, UnstructuredReport } from './unstructured';

/** Options of `prune.iterative`. */
export interface IterativeOptions<M extends Module> extends Omit<UnstructuredOptions, 'sparsity' | 'pattern'> {
  /** Rounds of training and pruning, n. */
  rounds: number;
  /** Share of the values left that goes in a round, p: after n rounds `(1 - p)^n` are left. */
  rate: number;
  /** Trains a model of a round, from 1, in place: each member, from 0, in a way of its own. Interrupted, it throws. */
  train: (model: M, round: number, member: number) => PromiseLike<unknown>;
  /**
   * Copies that each round trains from the same values under the same masks; pruning goes on from their average, a sparse soup
   * (arXiv 2306.16788). Default 1.
   */
  members?: number;
  /** Values that a round goes on from: the initial ones, as a lottery ticket does, or those that were trained. Default "initial". */
  rewind?: 'initial' | 'none';
}

/** Report of `prune.iterative`: what each round left. */
export interface IterativeReport extends Omit<UnstructuredReport, 'transformation'> {
  transformation: 'iterative';
  /** Share of the masked parameters' values that was left after each round. */
  rounds: number[];
}

/**
 * Iterative magnitude pruning (Frankle and Carbin, arXiv 1803.03635): train, mask the least important values, put the others back to what they
 * were, again. The model that comes out is a ticket: masked, rewound, and to be trained. The one given is the initial one, and stays.
 *
 * @throws {SwitchyardError} where an option is out of range, or as `prune.unstructured` does.
 */
export async function iterative<M extends Module>(
  model: M,
  options: IterativeOptions<M>
): Promise<{ model: M; report: IterativeReport }> {
  const where = 'prune.iterative';
  const { rounds, rate, train, rewind = 'initial', members = 1, ...criterion } = options;
  expectInteger(where, 'rounds', rounds, 1);
  expectInteger(where, 'members', members, 1);
  expectNumber(where, 'rate', rate, 0, 1);
  expectOneOf(where, 'rewind', rewind, ['initial', 'none']);
  let current = copyModel(model);
  const left: number[] = [];
  let last: UnstructuredReport | null = null;
  try {
    for (let round = 1; round <= rounds; round++) {
      current = await soup(current, members, (member, i) => train(member, round, i));
      const { model: pruned, report } = unstructured(current, { ...criterion, sparsity: 1 - (1 - rate) ** round });
      current.dispose();
      current = rewind === 'initial' ? rewound(model, pruned) : pruned;
      left.push(report.values.after / report.values.before);
      last = report;
    }
  } catch (error) {
    current.dispose();
    throw error;
  }
  return { model: current, report: { ...last!, transformation: 'iterative', rounds: left } };
}

/** The average of copies that are trained apart; the model given is one of them, and holds it. */
async function soup<M extends Module>(
  model: M,
  count: number,
  train: (member: M, i: number) => PromiseLike<unknown>
): Promise<M> {
  const others = Array.from({ length: count - 1 }, () => copyModel(model));
  try {
    for (const [i, member] of [model, ...others].entries()) {
      await train(member, i);
    }
    const values = others.map((member) => member.stored());
    model.stored().forEach((own, path) =>
      tf.tidy(() => {
        if (values.length > 0 && own.variable.dtype === 'float32') {
          own.assign(tf.addN([own.variable, ...values.map((each) => each.get(path)!.variable)]).div(count), path);
        }
      })
    );
    return model;
  } finally {
    others.forEach((member) => member.dispose());
  }
}

/** The initial model with the masks of another, which is disposed. */
function rewound<M extends Module>(initial: M, pruned: M): M {
  const ticket = copyModel(initial);
  const paths = maskedPaths(pruned);
  const masks = masksAt(pruned, paths);
  masksAt(ticket, paths).forEach((mask, path) => mask.assign(masks.get(path)!.variable, path));
  pruned.dispose();
  return ticket;
}
