import { tf } from '../../base/backend';
import { expectInteger, expectOneOf, fail } from '../../base/core';
import { referencePaths } from '../../nn/adaptive/learnedPaths';
import type { PathModel } from '../../nn/adaptive/pathModel';
import type { Batch } from '../../train/data';
import { pathLosses } from './pathLosses';
import type { PathQuestion } from './pathLosses';
import { choicesOfBlocks, repeat, tensorsOf } from './pathQuestions';
import { PathTable } from './pathTable';

/** How the paths to try are found: all of them, or from the best so far with one block changed at a time. */
export type OracleSearch = 'exhaustive' | 'coordinate';

/** Options of `adaptive.oracleRoutes`. */
export interface OracleOptions {
  /** Default: "exhaustive" where a token has at most 81 paths, else "coordinate". */
  search?: OracleSearch;
  /** Most calls of the costly module (the last of a block) for a token, or for each; [T]. Default: L. */
  budget?: number | ArrayLike<number>;
  /** Paths of the tokens before, [T * L]. Default: the choices of the model's routers. */
  reference?: Int32Array;
  /** Passes of a coordinate search over the blocks. Default 2. */
  sweeps?: number;
}

/** The best paths found, beside those of the reference. */
export interface OracleRoutes {
  /** Tokens, T; row by sequence. */
  numTokens: number;
  /** Blocks, L. */
  numBlocks: number;
  /** Choices of each block, the costly one last; [L]. */
  choices: readonly number[];
  /** Choice of each token in each block within the budget; [T * L]. */
  paths: Int32Array;
  /** Cross entropy of each token on its path; [T]. */
  losses: Float32Array;
  /** Paths of the tokens before, with which the token itself is compared as well; [T * L]. */
  reference: Int32Array;
  /** Cross entropy of each token on its reference path; [T]. */
  referenceLosses: Float32Array;
  /** The least cross entropy with at most 0..L calls of the costly module; [T * (L + 1)], row by token. */
  byBudget: Float32Array;
  /** Gain by costly calls in every block over none, at best: `byBudget` at 0 less that at L; [T]. */
  difficulty: Float32Array;
  /** Paths tried for a token. */
  tried: number;
}

const FEW_PATHS = 81;

/**
 * Finds for each token the path of least loss within a budget, the oracle of Duo-LLM (arXiv 2410.10846), for a model whose blocks
 * choose by `adaptive.pathRouter`. A token's paths are tried while the tokens before it keep their reference paths. The reference
 * path itself is always among those tried: at its own number of costly calls the oracle is never behind it.
 *
 * @throws {SwitchyardError} where a block has another router, or an option is out of range.
 */
export async function oracleRoutes(model: PathModel, batch: Batch, options: OracleOptions = {}): Promise<OracleRoutes> {
  const where = 'adaptive.oracleRoutes';
  const choices = choicesOfBlocks(where, model);
  const numBlocks = choices.length;
  const count = choices.reduce((product, n) => product * n, 1);
  const { search = count <= FEW_PATHS ? 'exhaustive' : 'coordinate', sweeps = 2 } = options;
  expectOneOf(where, 'search', search, ['exhaustive', 'coordinate']);
  expectInteger(where, 'sweeps', sweeps, 1);
  const numTokens = batch.batchSize * batch.length;
  const budgets = resolveBudget(where, options.budget ?? numBlocks, numTokens, numBlocks);
  const [inputs, targets] = tensorsOf(batch);
  try {
    const reference = referencePaths(where, model, inputs, options.reference);
    const table = new PathTable(numTokens, choices);
    const ask = async (paths: Int32Array): Promise<void> =>
      table.absorb(paths, await pathLosses(model, { inputs, targets, reference } satisfies PathQuestion, paths));
    await ask(reference);
    const referenceLosses = table.lastLosses();
    if (search === 'exhaustive') {
      await ask(repeat(allPaths(choices), numTokens));
    } else {
      await descend(table, choices, sweeps, ask);
    }
    return { ...table.within(budgets), reference, referenceLosses, numTokens, numBlocks, choices };
  } finally {
    tf.dispose([inputs, targets]);
  }
}

// For every number of costly calls, the best path so far with each block changed in each way.
async function descend(
  table: PathTable,
  choices: readonly number[],
  sweeps: number,
  ask: (paths: Int32Array) => Promise<void>
): Promise<void> {
  for (const choice of [0, 1, -1]) {
    // Uniform paths to begin with: the first, the second, the last module everywhere.
    await ask(repeat([choices.map((n) => (choice < 0 ? n - 1 : Math.min(choice, n - 1)))], table.numTokens));
  }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let block = 0; block < choices.length; block++) {
      await ask(table.changedIn(block));
    }
  }
}

function resolveBudget(
  where: string,
  budget: number | ArrayLike<number>,
  numTokens: number,
  numBlocks: number
): ArrayLike<number> {
  const budgets = typeof budget === 'number' ? new Array<number>(numTokens).fill(budget) : budget;
  if (budgets.length !== numTokens) {
    fail(where, `there must be a budget for each of ${numTokens} tokens`, budgets.length);
  }
  Array.from(budgets).forEach((each) => expectInteger(where, 'budget', each, 0, numBlocks));
  return budgets;
}

function allPaths(choices: readonly number[]): number[][] {
  return choices.reduce<number[][]>(
    (paths, n) => paths.flatMap((path) => Array.from({ length: n }, (_, choice) => [...path, choice])),
    [[]]
  );
}
