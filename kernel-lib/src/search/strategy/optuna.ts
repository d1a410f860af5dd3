import { expectOneOf, fail, toJson } from '../../base/core';
import type { Point } from '../space';
import { random } from './random';
import { strategies } from './strategy';
import type { OptunaSampler, Proposal, SamplerChoice, Searcher, Setting, Strategy, Told } from './strategy';

/** Samplers of Optuna's by our name. */
export const OPTUNA_SAMPLERS = ['tpe', 'gp', 'cmaes', 'nsga2', 'nsga3', 'qmc', 'random', 'brute-force'] as const;

/** Options of `nas.optuna`. */
export interface OptunaOptions {
  /** Which: TPE, a Gaussian process (needs PyTorch in the environment), CMA-ES, NSGA-II, NSGA-III, quasi-Monte Carlo, ... Default "tpe". */
  sampler?: (typeof OPTUNA_SAMPLERS)[number];
  /** The sampler's own options, as Optuna spells them: `{ n_startup_trials: 20 }`. */
  options?: Readonly<Record<string, unknown>>;
  /** The sampler's seed. Default: drawn from the study's. */
  seed?: number;
}

/** Suggestions in a row that were tried before, or that a constraint forbids. */
const MOST_DROPPED = 20;

/**
 * A sampler of Optuna's, which a small Python process of the environment runs on the study's own storage: what it suggests is what Python's
 * Optuna suggests by the same seed. A candidate that was tried before, or that a constraint of the space forbids, is dropped and it
 * suggests again; after twenty such the candidate is drawn evenly from those left.
 */
export function optuna({ sampler = 'tpe', options = {}, seed }: OptunaOptions = {}): Strategy {
  expectOneOf('nas.optuna', 'sampler', sampler, OPTUNA_SAMPLERS);
  const own = { sampler, options: toJson('nas.optuna: options', options) as Record<string, unknown> };
  return {
    kind: 'optuna',
    options: { ...own, ...(seed !== undefined && { seed }) },
    start: (setting, saved) => {
      if (setting.optuna === null) {
        fail(
          'nas.optuna',
          'the study must be in a storage of Optuna (a file, a URL, or "optuna-memory")',
          'storage: "memory"'
        );
      }
      const chosen = seed ?? Math.floor(setting.random.child('optuna').generator()() * 2 ** 31);
      return new OptunaSearcher(setting, setting.optuna, { ...own, seed: chosen }, saved as string[] | undefined);
    }
  };
}

class OptunaSearcher implements Searcher {
  private readonly seen: Set<string>;

  constructor(
    private readonly setting: Setting,
    private readonly storage: OptunaSampler,
    private readonly choice: SamplerChoice,
    saved: string[] = []
  ) {
    this.seen = new Set(saved);
  }

  async ask(id: number): Promise<Proposal | 'done'> {
    const { space, repeats } = this.setting;
    for (let i = 0; i < MOST_DROPPED; i++) {
      const { number, point } = await this.storage.ask(this.choice, space.leaves, id);
      const isFeasible = space.isFeasible(point);
      if (isFeasible && (repeats || !this.seen.has(space.hash(point)))) {
        this.seen.add(space.hash(point));
        return { number, point };
      }
      await this.storage.drop(number, isFeasible ? 'tried before' : 'a constraint forbids it');
    }
    // It knows what was tried already, so it proposes something else or is done.
    const even = random().start({ ...this.setting, repeats: false }, { seen: [...this.seen], own: null });
    const proposal = even.ask(id) as Proposal | 'done';
    if (proposal !== 'done') {
      this.seen.add(space.hash(proposal.point));
    }
    return proposal;
  }

  tell(_told: Told): void {
    // The sampler reads the storage.
  }

  /** The sampler's own state lies in the storage. */
  save(): string[] {
    return [...this.seen];
  }

  remember(_id: number, { point }: { readonly point: Point }): void {
    this.seen.add(this.setting.space.hash(point));
  }
}

strategies.register('optuna', optuna);
