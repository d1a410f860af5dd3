import { expectInteger, expectNumber, fail } from '../../base/core';
import type { Point, Space } from '../space';
import { random } from './random';
import { costOf, strategies } from './strategy';
import type { Proposal, Searcher, Setting, Strategy, Told } from './strategy';

/** A trial as a proposer is told of it. */
export interface ArchiveEntry {
  /** Number of the ask. */
  readonly id: number;
  readonly point: Point;
  /** Lower is better; Infinity where it failed or does not meet a limit. */
  readonly cost: number;
}

/** Options of `nas.proposer`. */
export interface ProposerOptions {
  /**
   * Proposes a candidate from those that were tried, the best first: a language model that is given them, or a function. `next` gives
   * random numbers that are the same when the study is run again.
   */
  propose: (archive: readonly ArchiveEntry[], space: Space, next: () => number) => Point | Promise<Point>;
  /** Candidates drawn evenly before the first that is proposed. Default 1. */
  initial?: number;
  /** How many of the best the proposer is given. Default Infinity. */
  memory?: number;
  /** Least mean difference (`space.distance`) from all that was tried, for a proposal to be taken. Default 0: it must be another candidate. */
  novelty?: number;
  /** Proposals in a row that are refused before a candidate is drawn evenly. Default 10. */
  attempts?: number;
}

/**
 * A strategy whose candidates a function of yours proposes, from an archive of what was tried: a language model as the proposer of
 * architectures (arXiv 2310.04750), a meta agent that writes agents (arXiv 2408.08435). What it proposes must be in the space, meet its
 * constraints and be new; what it proposed is in the study, so that a study that goes on does not ask it again.
 *
 * @throws {SwitchyardError} in a study, where no attempt gives a candidate of the space.
 */
export function proposer({
  propose,
  initial = 1,
  memory = Infinity,
  novelty = 0,
  attempts = 10
}: ProposerOptions): Strategy {
  const where = 'nas.proposer';
  expectInteger(where, 'initial', initial, 0);
  expectInteger(where, 'attempts', attempts, 1);
  expectNumber(where, 'novelty', novelty, 0, 1);
  if (memory !== Infinity) {
    expectInteger(where, 'memory', memory, 1);
  }
  if (typeof propose !== 'function') {
    fail(where, 'propose must be a function', propose);
  }
  const options = { initial, novelty, attempts, memory: memory === Infinity ? null : memory };
  return {
    ...{ kind: 'proposer', options },
    start: (setting, saved) =>
      new Proposer(setting, { propose, initial, memory, novelty, attempts }, saved as ArchiveState | undefined)
  };
}

interface ArchiveState {
  asked: { id: number; point: Point }[];
  told: (Omit<ArchiveEntry, 'cost'> & { cost: number | null })[];
}

class Proposer implements Searcher {
  private readonly asked: ArchiveState['asked'];
  private readonly told: ArchiveEntry[];
  private complaint: Error | null = null;

  constructor(
    private readonly setting: Setting,
    private readonly options: Required<ProposerOptions>,
    { asked, told }: ArchiveState = { asked: [], told: [] }
  ) {
    this.asked = structuredClone(asked);
    this.told = told.map((entry) => ({ ...entry, cost: entry.cost ?? Infinity }));
  }

  async ask(id: number): Promise<Proposal | 'done'> {
    const { space, random: stream } = this.setting;
    const next = stream.child(id).generator();
    const ordered = [...this.told].sort((a, b) => a.cost - b.cost || a.id - b.id).slice(0, this.options.memory);
    for (let i = 0; this.asked.length >= this.options.initial && i < this.options.attempts; i++) {
      const point = await this.options.propose(ordered, space, next);
      if (this.isTaken(point)) {
        this.remember(id, { point });
        return { point, ...(ordered.length > 0 && { parent: ordered[0].id }) };
      }
    }
    const seen = this.asked.map(({ point }) => space.hash(point));
    const proposal = random().start(this.setting, { seen, own: null }).ask(id) as Proposal | 'done';
    if (proposal === 'done') {
      return proposal;
    }
    if (this.complaint !== null && this.asked.length >= this.options.initial) {
      throw this.complaint;
    }
    this.remember(id, proposal);
    return proposal;
  }

  tell(told: Told): void {
    this.told.push({ id: told.id, point: told.point, cost: costOf(told) });
  }

  remember(id: number, { point }: Pick<Proposal, 'point'>): void {
    this.asked.push({ id, point });
  }

  save(): ArchiveState {
    const told = this.told.map((entry) => ({ ...entry, cost: Number.isFinite(entry.cost) ? entry.cost : null }));
    return structuredClone({ asked: this.asked, told });
  }

  private isTaken(point: Point): boolean {
    const { space, repeats } = this.setting;
    try {
      space.check(point);
      this.complaint = null;
    } catch (error) {
      this.complaint = error as Error;
      return false;
    }
    const isNew = this.asked.every((each) => space.distance(each.point, point) > this.options.novelty);
    const isOther = this.asked.every((each) => space.hash(each.point) !== space.hash(point));
    return space.isFeasible(point) && ((isNew && isOther) || repeats);
  }
}

strategies.register('proposer', () =>
  fail('nas.strategies', 'a proposer is a function, which data cannot hold', 'a spec of one')
);
