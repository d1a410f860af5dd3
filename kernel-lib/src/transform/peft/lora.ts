import { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectPathsFound, fail, matchesPath, Random } from '../../base/core';
import type { Module, Parameter } from '../../base/core';
import { LowRank } from '../../nn/layers/lowRank';
import { Adapters } from './adapters';
import type { AdapterPart } from './adapters';
import { mergeChange } from './mergeChange';
import { matcher } from './targets';
import type { Targets } from './targets';

/** Options of `peft.lora`. */
export interface LoraOptions {
  /** Modules or parameters: all matrices in or below them, experts' too ("layers.*.attention.qkv", "layers.*.moe.experts.w1"). */
  targets: Targets;
  /** r. */
  rank: number;
  /** Other ranks of single matrices, by patterns of their paths; the last that fits counts, and 0 adapts nothing. Default: none. */
  ranks?: Readonly<Record<string, number>>;
  /** The change is multiplied by alpha / r. Default: r, of each its own. */
  alpha?: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/**
 * Low-rank adaptation (LoRA, arXiv 2106.09685): each target matrix W computes as `W + alpha / r A B`, A [in, r] and B [r, out],
 * B = 0 at first; a stack of experts' matrices [E, in, out] gets a pair for each. A wrapping of parameters: works on any
 * module. Parameters are "<path of the matrix>.a" and ".b".
 *
 * @throws {SwitchyardError} where an option is out of range, or no matrix is named.
 */
export function lora(model: Module, options: LoraOptions): Adapters {
  return new Adapters('peft.lora', model, loraParts('peft.lora', model, options));
}

/** The adapters of {@link lora}, for those that have others besides. */
export function loraParts(where: string, model: Module, options: LoraOptions): Map<string, AdapterPart> {
  const { targets, rank, ranks = {}, alpha, seed = 0 } = options;
  expectInteger(where, 'rank', rank, 1);
  expectNumber(where, 'alpha', alpha ?? 1);
  Object.entries(ranks).forEach(([path, own]) => expectInteger(where, `ranks of "${path}"`, own, 0));
  const paths = [...model.parameters().keys()];
  expectPathsFound(where, 'ranks', Object.keys(ranks), { paths, what: 'parameters' });
  const random = Random.fromSeed(seed).child('lora');
  const matches = matcher(where, targets);
  const parts = new Map<string, AdapterPart>();
  for (const [path, parameter] of model.parameters()) {
    const own = Object.entries(ranks).reduce(
      (last, [pattern, each]) => (matchesPath([pattern], path) ? each : last),
      rank
    );
    if (parameter.shape.length >= 2 && own > 0 && pathAndAbove(path).some(matches)) {
      const shape = { shape: parameter.axes, rank: own, alpha: alpha ?? own };
      parts.set(path, partOf(parameter, new LowRank({ ...shape, random: random.child(path) })));
    }
  }
  if (parts.size === 0) {
    fail(where, 'targets must name a matrix of the model', typeof targets === 'function' ? 'none' : targets);
  }
  return parts;
}

function partOf(parameter: Parameter, module: LowRank): AdapterPart {
  return {
    module,
    attach: () => parameter.wrap((value) => tf.tidy(() => value.add(module.product()))),
    merge: () => mergeChange(parameter, module.product())
  };
}

// "a.b.c", "a.b", "a": a module stands for all that is below it.
function pathAndAbove(path: string): string[] {
  const names = path.split('.');
  return names.map((_, i) => names.slice(0, names.length - i).join('.'));
}
