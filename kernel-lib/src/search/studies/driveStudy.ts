import { Context, Random } from '../../base/core';
import type { Job, Outcome, Runner } from '../executor';
import type { TrialAttributes, TrialEnd } from '../storage';
import { CheckpointFolders } from './checkpointFolders';
import { toldOf } from './ledger';
import type { Asked, Ledger, OwnTrial } from './ledger';
import { judge, measuresOf, withMeasures } from './measured';
import type { ResolvedStudy } from './options';
import type { StudyWatcher } from './watchers';

/** Runs trials until the study is over: asks, runs, tells, and writes each of them down before the next. */
export class StudyDrive {
  /** Trials of this and of earlier processes that count, in the order in which they ended. */
  readonly trials: OwnTrial[];
  private stopping = false;
  private exhausted = false;
  private error: Error | null = null;
  private readonly running = new Set<Promise<void>>();
  private readonly lost = new Map<number, number>();
  private readonly folders: CheckpointFolders;
  private readonly context: Context;

  constructor(
    private readonly study: ResolvedStudy,
    private readonly ledger: Ledger,
    private readonly runner: Runner,
    private readonly watchers: readonly StudyWatcher[]
  ) {
    this.trials = ledger.ended;
    this.folders = new CheckpointFolders(study.checkpoints);
    [...this.trials]
      .sort((a, b) => a.attributes.asked - b.attributes.asked)
      .forEach(({ attributes }) => this.folders.firstOf(attributes));
    this.context = Context.create({ observers: study.observers ?? [] });
  }

  /** @returns How the study ended: 'exhausted' where nothing new was left to try. */
  async run(): Promise<'finished' | 'exhausted' | 'stopped'> {
    try {
      for (;;) {
        await this.fill();
        if (this.running.size === 0) {
          break;
        }
        await Promise.race(this.running);
      }
    } finally {
      await Promise.allSettled(this.running);
      this.folders.close();
    }
    if (this.error !== null) {
      throw this.error;
    }
    return this.stopping ? 'stopped' : this.exhausted ? 'exhausted' : 'finished';
  }

  /** Asks for no more, and ends what can be ended. */
  stop(): void {
    this.stopping = true;
    this.runner.stop();
  }

  /** Gives each free slot a trial. */
  private async fill(): Promise<void> {
    while (this.canBegin()) {
      const next = this.ledger.again.shift() ?? (await this.ask());
      if (next === null) {
        return;
      }
      const run = this.begin(next)
        .catch((error: unknown) => {
          this.error ??= error instanceof Error ? error : new Error(String(error));
        })
        .finally(() => this.running.delete(run));
      this.running.add(run);
    }
  }

  private canBegin(): boolean {
    const { trials, until } = this.study;
    const { length } = this.trials;
    const isEnough = length + this.running.size >= trials || until?.(this.best(), length) === true;
    const isOver = this.stopping || this.error !== null || (this.exhausted && this.ledger.again.length === 0);
    return !isOver && !isEnough && this.running.size < this.runner.slots;
  }

  private async ask(): Promise<Asked | null> {
    const { ledger } = this;
    const id = ledger.asks;
    const proposal = await ledger.searcher.ask(id);
    if (typeof proposal === 'string') {
      // With nothing that runs, nothing can come that it could wait for.
      this.exhausted = this.running.size === 0;
      return null;
    }
    ledger.asks++;
    return { id, asked: ledger.events++, proposal };
  }

  private async begin(asked: Asked): Promise<void> {
    const { storage, space } = this.study;
    const { point, number: made, ...rest } = asked.proposal;
    const attributes: TrialAttributes = { id: asked.id, asked: asked.asked, ...rest };
    const beside = measuresOf(space.candidate(point), this.study);
    const number = made ?? (await storage.create(point, space.leaves, attributes));
    const began = performance.now();
    let trial: OwnTrial = {
      number,
      state: 'running',
      point,
      values: null,
      intermediate: [],
      attributes,
      seconds: null
    };
    this.tellWatchers(trial);
    const reports: Promise<void>[] = [];
    const outcome = await this.runner.run(this.jobOf(trial), (step, value) => {
      if (Number.isFinite(value)) {
        reports.push(storage.report(number, step, value));
        trial = { ...trial, intermediate: [...trial.intermediate, [step, value]] };
        this.tellWatchers(trial);
      }
    });
    await Promise.all(reports);
    const whole = outcome.kind === 'done' ? withMeasures(outcome, beside, this.study.objectives) : outcome;
    await this.end({ ...trial, seconds: (performance.now() - began) / 1000 }, whole, asked);
  }

  private jobOf({ number, point, attributes }: OwnTrial): Job {
    const { seed, space } = this.study;
    const { resource, resumes = false } = attributes;
    const folder = this.folders.folderOf(attributes);
    const random = Random.fromSeed(seed).child('trials').child(this.folders.firstOf(attributes));
    return {
      ...{ number, point, folder, resumes, candidate: space.candidate(point) },
      seed: Math.floor(random.generator()() * 2 ** 31),
      ...(resource !== undefined && { resource })
    };
  }

  private async end(trial: OwnTrial, outcome: Outcome, asked: Asked): Promise<void> {
    if (outcome.kind === 'stopped' || (outcome.kind === 'lost' && this.mayRetry(asked))) {
      const attributes = { ...trial.attributes, dropped: outcome.error };
      if (outcome.kind === 'lost') {
        const { number: _number, ...proposal } = asked.proposal;
        this.ledger.again.push({ ...asked, proposal });
      }
      await this.write({ ...trial, state: 'failed', attributes }, null);
      return;
    }
    const { objectives, limits } = this.study;
    const judged = outcome.kind === 'done' ? judge(outcome.measured, objectives, limits) : { error: outcome.error };
    const common = { ...trial.attributes, told: this.ledger.events++, seconds: trial.seconds! };
    if ('error' in judged) {
      const failed: OwnTrial = {
        ...trial,
        state: 'failed',
        attributes: { ...common, error: judged.error.slice(0, 2000) }
      };
      await this.tell(failed, null);
      return;
    }
    const { values, measures, beyond } = judged;
    const attributes = { ...common, measures, violation: beyond.reduce((a, b) => a + b, 0) };
    const state = trial.attributes.pauses === true ? 'pruned' : 'complete';
    const intermediate = state === 'pruned' ? withPause(trial, values[0]) : trial.intermediate;
    await this.tell({ ...trial, state, values, attributes, intermediate }, beyond.length === 0 ? null : beyond);
  }

  private async tell(trial: OwnTrial, limits: readonly number[] | null): Promise<void> {
    this.trials.push(trial);
    this.ledger.searcher.tell(toldOf(trial, this.study));
    await this.write(trial, limits);
  }

  private async write(trial: OwnTrial, limits: readonly number[] | null): Promise<void> {
    const { state, values, attributes } = trial;
    await this.study.storage.tell(trial.number, { state, values, attributes, limits } as TrialEnd);
    this.tellWatchers(trial);
  }

  private mayRetry({ id }: Asked): boolean {
    const times = (this.lost.get(id) ?? 0) + 1;
    this.lost.set(id, times);
    return times <= this.study.retries && !this.stopping;
  }

  /** Best value of the first objective; null before there is one. */
  private best(): number | null {
    const { name, better } = this.study.objectives[0];
    return this.trials.reduce<number | null>((best, { state, attributes }) => {
      const value = state === 'complete' && (attributes.violation ?? 0) === 0 ? attributes.measures?.[name] : undefined;
      const isBetter = value !== undefined && (best === null || (better === 'lower' ? value < best : value > best));
      return isBetter ? value : best;
    }, null);
  }

  private tellWatchers(trial: OwnTrial): void {
    this.watchers.forEach((watcher) => watcher.trial(trial));
    const { number, state, attributes, point, intermediate } = trial;
    const latest = intermediate.at(-1)?.[1];
    const values = attributes.measures ?? (latest == null ? {} : { [this.study.objectives[0].name]: latest });
    this.context.publish({
      kind: 'trial',
      ...{ number, candidate: this.study.space.candidate(point), values: { ...values } },
      state: state === 'waiting' ? 'running' : state
    });
  }
}

/** Values on the way with the one that a trial is paused at, as the storage keeps them. */
function withPause({ intermediate, attributes }: OwnTrial, value: number): OwnTrial['intermediate'] {
  const { resource = 0 } = attributes;
  return [...intermediate.filter(([step]) => step !== resource), [resource, value] as const].sort(([a], [b]) => a - b);
}
