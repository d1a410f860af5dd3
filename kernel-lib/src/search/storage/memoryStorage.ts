import type { Leaf, Point } from '../space';
import type { Storage, StoredStudy, StoredTrial, StudyRecord, TrialAttributes, TrialEnd } from './storage';

/** Keeps a study as long as the process lives. */
export class MemoryStorage implements Storage {
  private record: StudyRecord | null = null;
  private readonly trials: StoredTrial[] = [];

  async open(record: StudyRecord): Promise<StoredStudy> {
    const created = this.record === null;
    this.record ??= record;
    const directions = this.record.objectives.map(({ better }) => better);
    return { created, record: this.record, directions, trials: [...this.trials], sampled: null };
  }

  async create(point: Point, _leaves: readonly Leaf[], attributes: TrialAttributes): Promise<number> {
    const number = this.trials.length;
    this.trials.push({ number, state: 'running', point, values: null, intermediate: [], attributes, seconds: null });
    return number;
  }

  async report(number: number, step: number, value: number): Promise<void> {
    const { intermediate, ...trial } = this.trials[number];
    this.trials[number] = { ...trial, intermediate: [...intermediate, [step, value]] };
  }

  async tell(number: number, { state, values, attributes }: TrialEnd): Promise<void> {
    this.trials[number] = { ...this.trials[number], state, values, attributes };
  }

  sampler(): null {
    return null;
  }

  async close(): Promise<void> {
    // Nothing is held.
  }
}
