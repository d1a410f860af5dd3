import { fail } from '../../base/core';
import type { Evaluate, EvaluateFile, EvaluateSource } from '../evaluator/evaluate';

/**
 * An evaluation as data: the source of a function, or its file.
 *
 * @throws {SwitchyardError} for a function that does not tell its source, such as a bound one.
 */
export function sourceOf(evaluate: Evaluate | EvaluateFile): EvaluateSource {
  if (typeof evaluate !== 'function') {
    return { file: evaluate.file };
  }
  const source = evaluate.toString();
  return /\[native code\]\s*}$/.test(source)
    ? fail('nas.study', 'evaluate must be a function that tells its source, for another process', source)
    : { source };
}

/**
 * The function that a source or a file stands for.
 *
 * @throws {SwitchyardError} where there is none.
 */
export function loadEvaluate(from: EvaluateSource): Evaluate {
  const found: unknown = 'source' in from ? fromSource(from.source) : fromFile(from.file);
  return typeof found === 'function'
    ? (found as Evaluate)
    : fail('nas.study', 'evaluate must be a function, or { file } of one that exports `evaluate`', found);
}

function fromSource(source: string): unknown {
  // Of the scope it gets what a module has, and nothing of this file.
  const inScope = (expression: string): unknown => {
    const names = ['require', 'process', 'Buffer'];
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const make = new Function(...names, `"use strict"; return ${expression};`) as (...scope: unknown[]) => unknown;
    return make(require, process, Buffer);
  };
  try {
    return inScope(`(${source})`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw error;
    }
    // A method: `evaluate(trial) { ... }` is no expression by itself.
    return inScope(`Object.values({ ${source} })[0]`);
  }
}

function fromFile(file: string): unknown {
  const exported = require(file) as { evaluate?: unknown; default?: unknown };
  return exported.evaluate ?? exported.default;
}
