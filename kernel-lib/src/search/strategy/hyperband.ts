import { expectInteger } from '../../base/core';
import type { Point } from '../space';
import { expectOneObjective } from './pointSearcher';
import { random } from './random';
import { checkRungs, rungResources, sameRungs } from './rungs';
import type { RungOptions } from './rungs';
import { costOf, strategies } from './strategy';
import type { Proposal, Searcher, Setting, Strategy, Told } from './strategy';

export interface HyperbandOptions extends RungOptions {
  /** Times that all brackets are gone through. Default 1. */
  cycles?: number;
}

interface Entry {
  id: number | null;
  parent: number | null;
  point: Point | null;
  /** Absent until told; null where it failed. */
  cost?: number | null;
}

interface Bracket {
  /** Rung that it begins at. */
  rung: number;
  entries: Entry[];
}

interface State {
  resources: number[];
  begun: number;
  brackets: Bracket[];
  sampler: unknown;
}

/** Trials of each bracket's first round, the one with the most first; rounds after it keep one in eta. */
export function bracketSizes({ minResource, maxResource, eta }: Required<RungOptions>): number[] {
  const top = rungResources({ minResource, maxResource, eta }).length - 1;
  return Array.from({ length: top + 1 }, (_, rung) => {
    const rounds = top - rung;
    return Math.ceil(((top + 1) / (rounds + 1)) * eta ** rounds);
  });
}

/**
 * Hyperband (arXiv 1603.06560): brackets of successive halving that trade how many candidates begin against how much each may spend. A round
 * waits until all its trials have ended, failed ones too; meanwhile workers take up the next bracket.
 */
export function hyperband(options: HyperbandOptions): Strategy {
  const rungs = checkRungs('nas.hyperband', options);
  const { cycles = 1 } = options;
  expectInteger('nas.hyperband', 'cycles', cycles, 1);
  return {
    kind: 'hyperband',
    options: { ...rungs, cycles },
    start: (setting, saved) => new Hyperband(setting, saved as State | undefined, { ...rungs, cycles })
  };
}

class Hyperband implements Searcher {
  private readonly state: Omit<State, 'sampler'>;
  private readonly sampler: Searcher;

  constructor(
    setting: Setting,
    saved: State | undefined,
    private readonly options: Required<HyperbandOptions>
  ) {
    expectOneObjective('nas.hyperband', setting);
    const resources = rungResources(options);
    sameRungs('nas.hyperband', saved?.resources ?? resources, resources);
    this.state = structuredClone({ resources, begun: saved?.begun ?? 0, brackets: saved?.brackets ?? [] });
    this.sampler = random().start(setting, saved?.sampler);
  }

  ask(id: number): Proposal | 'wait' | 'done' {
    const { brackets, begun, resources } = this.state;
    for (const bracket of brackets) {
      const entry = bracket.entries.find((each) => each.id === null);
      if (entry !== undefined) {
        return this.give(id, bracket, entry);
      }
    }
    if (begun < resources.length * this.options.cycles) {
      const rung = begun % resources.length;
      const size = bracketSizes(this.options)[rung];
      const entries = Array.from({ length: size }, (): Entry => ({ id: null, parent: null, point: null }));
      const bracket = { rung, entries };
      const proposal = this.give(id, bracket, entries[0]);
      if (proposal !== 'done') {
        this.state.begun++;
        brackets.push(bracket);
        return proposal;
      }
    }
    return brackets.some(({ entries }) => entries.some((each) => each.cost === undefined)) ? 'wait' : 'done';
  }

  tell(told: Told): void {
    const bracket = this.state.brackets.find(({ entries }) => entries.some(({ id }) => id === told.id));
    const entry = bracket?.entries.find(({ id }) => id === told.id);
    if (bracket === undefined || entry === undefined) {
      return;
    }
    const cost = costOf(told);
    entry.cost = Number.isFinite(cost) ? cost : null;
    if (bracket.entries.every((each) => each.cost !== undefined)) {
      this.halve(bracket);
    }
  }

  save(): State {
    return structuredClone({ ...this.state, sampler: this.sampler.save() });
  }

  private give(id: number, bracket: Bracket, entry: Entry): Proposal | 'wait' | 'done' {
    if (entry.point === null) {
      const proposal = this.sampler.ask(id) as Proposal | 'done';
      if (proposal === 'done') {
        // The space has no more: the round has the trials that it has.
        bracket.entries = bracket.entries.filter((each) => each.id !== null);
        return bracket.entries.length === 0 ? 'done' : this.settled(bracket);
      }
      entry.point = proposal.point;
    }
    entry.id = id;
    const { resources } = this.state;
    return {
      ...{ point: entry.point, resource: resources[bracket.rung], pauses: bracket.rung + 1 < resources.length },
      ...(entry.parent !== null && { parent: entry.parent, resumes: true })
    };
  }

  private settled(bracket: Bracket): 'wait' | 'done' {
    if (bracket.entries.every((each) => each.cost !== undefined)) {
      this.halve(bracket);
      return 'done';
    }
    return 'wait';
  }

  /** The next round of a bracket: of its trials the best, one in eta. */
  private halve(bracket: Bracket): void {
    const { resources } = this.state;
    const kept = Math.floor(bracket.entries.length / this.options.eta);
    const best = bracket.entries
      .filter(({ cost }) => typeof cost === 'number')
      .sort((a, b) => a.cost! - b.cost! || a.id! - b.id!)
      .slice(0, bracket.rung + 1 < resources.length ? kept : 0);
    bracket.rung++;
    bracket.entries = best.map(({ id, point }) => ({ id: null, parent: id, point }));
  }
}

strategies.register('hyperband', hyperband);
