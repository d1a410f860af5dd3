import { fail } from '../../base/core';
import type { Point } from '../space';
import { expectOneObjective } from './pointSearcher';
import { random } from './random';
import { checkRungs, rungResources, sameRungs } from './rungs';
import type { RungOptions } from './rungs';
import { costOf, strategies } from './strategy';
import type { Proposal, Searcher, Setting, Strategy, Told } from './strategy';

export interface AshaOptions extends RungOptions {
  /** Strategy that new candidates come from; it is told of each value with the resource. Default `nas.random()`. */
  sampler?: Strategy;
}

/** A candidate on a rung. */
interface Place {
  /** Ask of the trial that is here. */
  id: number;
  /** Ask of the candidate's first trial. */
  first: number;
  point: Point;
  /** Null while it runs. */
  cost: number | null;
  promoted: boolean;
}

interface State {
  resources: number[];
  rungs: Place[][];
  sampler: unknown;
}

/**
 * Asynchronous successive halving (arXiv 1810.05934): a trial runs to a rung and pauses there. Where of n that came to a rung the best
 * floor(n / eta) hold one that did not go on, it is promoted, and takes up its checkpoint; otherwise a new candidate begins at the lowest
 * rung. So no worker waits, and no trial passes because it is early: fewer than eta on a rung promote none. Of equal costs the earlier is
 * better; a failed trial is on no rung.
 */
export function asha(options: AshaOptions): Strategy {
  const rungs = checkRungs('nas.asha', options);
  const sampler = options.sampler ?? random();
  return {
    kind: 'asha',
    options: { ...rungs, sampler: { kind: sampler.kind, options: sampler.options } },
    start: (setting, saved) => new Asha(setting, saved as State | undefined, rungs, sampler)
  };
}

class Asha implements Searcher {
  private readonly state: Omit<State, 'sampler'>;
  private readonly sampler: Searcher;

  constructor(
    setting: Setting,
    saved: State | undefined,
    private readonly options: Required<RungOptions>,
    sampler: Strategy
  ) {
    expectOneObjective('nas.asha', setting);
    const resources = rungResources(options);
    sameRungs('nas.asha', saved?.resources ?? resources, resources);
    this.state = structuredClone({ resources, rungs: saved?.rungs ?? resources.map(() => []) });
    this.sampler = sampler.start(setting, saved?.sampler);
  }

  ask(id: number): Proposal | 'wait' | 'done' {
    return this.promote(id) ?? this.begin(id);
  }

  tell(told: Told): void {
    const cost = costOf(told);
    for (const rung of this.state.rungs) {
      const at = rung.findIndex((each) => each.id === told.id);
      if (at >= 0) {
        const [place] = rung.splice(at, 1);
        this.sampler.tell({ ...told, id: place.first });
        if (Number.isFinite(cost)) {
          // At the end of those that are told: of equal costs the earlier is better.
          rung.push({ ...place, cost });
        }
      }
    }
  }

  save(): State {
    return structuredClone({ ...this.state, sampler: this.sampler.save() });
  }

  /** From the highest rung down, the best that may go on. */
  private promote(id: number): Proposal | null {
    const { rungs, resources } = this.state;
    for (let r = rungs.length - 2; r >= 0; r--) {
      const there = rungs[r].filter(({ cost }) => cost !== null).sort((a, b) => a.cost! - b.cost!);
      const best = there.slice(0, Math.floor(there.length / this.options.eta)).find(({ promoted }) => !promoted);
      if (best !== undefined) {
        best.promoted = true;
        rungs[r + 1].push({ id, first: best.first, point: best.point, cost: null, promoted: false });
        const pauses = r + 2 < rungs.length;
        return { point: best.point, resource: resources[r + 1], parent: best.id, resumes: true, pauses };
      }
    }
    return null;
  }

  private begin(id: number): Proposal | 'wait' | 'done' {
    const proposal = this.sampler.ask(id);
    if (proposal instanceof Promise) {
      return fail('nas.asha', 'sampler must propose at once', 'one that waits for another process');
    }
    if (typeof proposal === 'string') {
      const running = this.state.rungs.some((rung) => rung.some(({ cost }) => cost === null));
      return running ? 'wait' : 'done';
    }
    const { rungs, resources } = this.state;
    rungs[0].push({ id, first: id, point: proposal.point, cost: null, promoted: false });
    return { ...proposal, resource: resources[0], pauses: rungs.length > 1 };
  }
}

strategies.register('asha', (options: AshaOptions) =>
  asha({ ...options, ...(options.sampler && { sampler: strategies.of(options.sampler) }) })
);
