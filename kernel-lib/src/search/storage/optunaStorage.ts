import * as path from 'path';
import { fail } from '../../base/core';
import type { Leaf, Point } from '../space';
import type { OptunaSampler, SamplerChoice } from '../strategy';
import { PythonStudy } from './pythonStudy';
import type { Storage, StoredStudy, StudyRecord, TrialAttributes, TrialEnd } from './storage';

/** Where a study lies. */
export interface StudyPlace {
  /** URL of the storage as SQLAlchemy spells it; null: the memory of the Python process. */
  readonly url: string | null;
  readonly name: string;
  /** Python to use. Default: the first that has Optuna. */
  readonly python?: string;
}

/** The URL of a storage: a file is a SQLite database. */
export function storageUrl(storage: string): string {
  return storage.includes('://') ? storage : `sqlite:///${path.resolve(storage)}`;
}

type Opened = StoredStudy & { owner?: { pid: number; host: string }; missing?: boolean; names?: string[] };

/** A study in a storage of Optuna's, by a Python process of the environment. */
export class OptunaStorage implements Storage {
  private python: PythonStudy | null = null;

  constructor(
    private readonly place: StudyPlace,
    private readonly where = 'nas.study'
  ) {}

  async open(record: StudyRecord): Promise<StoredStudy> {
    const directions = record.objectives.map(({ better }) => (better === 'lower' ? 'minimize' : 'maximize'));
    const opened = await this.request('run', record, directions);
    return opened.owner === undefined
      ? opened
      : fail(
          this.where,
          `the study "${this.place.name}" must be run by one process at a time`,
          `process ${opened.owner.pid}, which runs it on ${opened.owner.host}`
        );
  }

  /**
   * Reads the study, and changes nothing.
   *
   * @throws {SwitchyardError} where it is not there, with the names of those that are.
   */
  async read(): Promise<StoredStudy> {
    const opened = await this.request('read', null, []);
    return opened.missing === true
      ? fail(this.where, `name must be of a study that is there (${opened.names?.join(', ')})`, this.place.name)
      : opened;
  }

  async create(point: Point, leaves: readonly Leaf[], attributes: TrialAttributes): Promise<number> {
    const { number } = await this.ask<{ number: number }>('create', { point, leaves, attributes });
    return number;
  }

  async report(number: number, step: number, value: number): Promise<void> {
    await this.ask('report', { number, step, value });
  }

  async tell(number: number, end: TrialEnd): Promise<void> {
    await this.ask('tell', { number, ...end });
  }

  sampler(limited: boolean): OptunaSampler {
    return {
      ask: (sampler: SamplerChoice, leaves, id) => {
        const options = { ...sampler.options, ...(limited && { limited }) };
        return this.ask('ask', { sampler: { ...sampler, options }, leaves, attributes: { id, asked: id } });
      },
      drop: (number, dropped) =>
        this.tell(number, { state: 'failed', values: null, attributes: { id: -1, asked: -1, dropped }, limits: null })
    };
  }

  /** Share that each choice has in the objective, by Optuna. */
  importance(method: 'ped-anova' | 'fanova' = 'ped-anova'): Promise<Record<string, number>> {
    return this.ask('importance', { method });
  }

  async close(): Promise<void> {
    const { python } = this;
    this.python = null;
    if (python !== null) {
      try {
        await python.ask('close', {});
      } finally {
        await python.close();
      }
    }
  }

  private async request(mode: 'run' | 'read', record: StudyRecord | null, directions: string[]): Promise<Opened> {
    const { url, name, python } = this.place;
    this.python ??= await PythonStudy.start(this.where, python);
    return this.ask<Opened>('open', { url, name, directions, record, mode });
  }

  private ask<T>(method: string, parameters: object): Promise<T> {
    return (this.python ?? fail(this.where, 'the storage must be open', 'closed')).ask<T>(method, parameters);
  }
}
