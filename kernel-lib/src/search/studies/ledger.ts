import { fail, Random } from '../../base/core';
import type { StoredStudy, StoredTrial, TrialAttributes } from '../storage';
import type { Proposal, Searcher, Told } from '../strategy';
import type { ResolvedStudy } from './options';

/** A trial that we made. */
export type OwnTrial = StoredTrial & { attributes: TrialAttributes };

/** An ask of the strategy that has to be run. */
export interface Asked {
  readonly id: number;
  readonly asked: number;
  readonly proposal: Proposal;
}

/** A study's standing: a strategy brought to where it was, and what has still to be run. */
export interface Ledger {
  readonly searcher: Searcher;
  /** Trials that the end of a process left, to be begun anew. */
  readonly again: Asked[];
  /** Trials that count, in the order in which they ended. */
  readonly ended: OwnTrial[];
  /** Asks so far, and events so far. */
  asks: number;
  events: number;
}

const WHERE = 'nas.study';

/**
 * Brings a strategy to where a stored study is, by asking and telling it again what it was asked and told, in that order. Trials that
 * nobody ended are written down as failed, and begun anew under the ask that they had.
 *
 * @throws {SwitchyardError} where the study was made with another space, strategy, seed or objectives.
 */
export async function openLedger(study: ResolvedStudy): Promise<Ledger> {
  const { storage, strategy, space, objectives, seed, repeats, record, limits } = study;
  const stored = await storage.open(record);
  checkRecord(stored, study);
  for (const trial of stored.trials.filter(({ state }) => !isOver(state))) {
    const attributes = { ...(trial.attributes ?? { id: -1, asked: -1 }), dropped: 'the process that ran it ended' };
    await storage.tell(trial.number, { state: 'failed', values: null, attributes, limits: null });
  }
  const optuna = storage.sampler(Object.keys(limits).length > 0);
  const random = Random.fromSeed(seed).child('strategy');
  const searcher = strategy.start({ space, objectives: objectives.length, random, repeats, optuna });
  return replay(stored, searcher, study);
}

function checkRecord({ record, created }: StoredStudy, { record: now, name }: ResolvedStudy): void {
  if (created) {
    return;
  }
  if (record === null) {
    fail(WHERE, `the study "${name}" must be one of this library`, 'one that was made by others');
  }
  for (const part of ['space', 'objectives', 'strategy', 'seed'] as const) {
    const [was, is] = [record[part], now[part]].map((each) => JSON.stringify(each));
    if (was !== is) {
      fail(WHERE, `the study "${name}" must go on with the ${part} that it began with (${was.slice(0, 300)})`, is);
    }
  }
}

async function replay(stored: StoredStudy, searcher: Searcher, study: ResolvedStudy): Promise<Ledger> {
  const known = stored.trials.filter(
    (each): each is OwnTrial =>
      // A sampler that has not written down its state suggests the candidate anew.
      each.attributes !== null && each.attributes.id >= 0 && !isUnsure(stored, each.attributes)
  );
  const ended = known
    .filter(({ state, attributes }) => attributes.told !== undefined && isOver(state))
    .sort((a, b) => a.attributes.told! - b.attributes.told!);
  const asks = new Map(known.map((trial) => [trial.attributes.id, trial]));
  const events = [
    ...[...asks.values()].map((trial) => ({ at: trial.attributes.asked, kind: 'ask' as const, trial })),
    ...ended.map((trial) => ({ at: trial.attributes.told!, kind: 'tell' as const, trial }))
  ].sort((a, b) => a.at - b.at);
  for (const { kind, trial } of events) {
    if (kind === 'ask') {
      await askAgain(searcher, trial, study);
    } else {
      searcher.tell(toldOf(trial, study));
    }
  }
  const over = new Set(ended.map(({ attributes }) => attributes.id));
  const again = [...asks.values()]
    .filter(({ attributes }) => !over.has(attributes.id))
    .map((trial) => ({ id: trial.attributes.id, asked: trial.attributes.asked, proposal: proposalOf(trial) }))
    .sort((a, b) => a.id - b.id);
  return {
    ...{ searcher, again, ended },
    asks: [...asks.keys()].reduce((most, id) => Math.max(most, id + 1), 0),
    events: events.reduce((most, { at }) => Math.max(most, at + 1), 0)
  };
}

async function askAgain(searcher: Searcher, trial: OwnTrial, { space, name }: ResolvedStudy): Promise<void> {
  const { id } = trial.attributes;
  const was = proposalOf(trial);
  if (searcher.remember !== undefined) {
    searcher.remember(id, was);
    return;
  }
  const is = await searcher.ask(id);
  if (typeof is === 'string' || space.hash(is.point) !== space.hash(was.point) || is.resource !== was.resource) {
    fail(WHERE, `the strategy must propose again what it did in "${name}" (trial ${trial.number})`, is);
  }
}

function proposalOf({ point, attributes }: OwnTrial): Proposal {
  const { resource, parent, resumes, pauses } = attributes;
  return {
    point,
    ...(resource !== undefined && { resource }),
    ...(parent !== undefined && { parent }),
    ...(resumes !== undefined && { resumes }),
    ...(pauses !== undefined && { pauses })
  };
}

/** A trial as the strategy hears of it. */
export function toldOf({ point, values, state, attributes }: OwnTrial, { objectives }: ResolvedStudy): Told {
  const { id, violation = 0, resource } = attributes;
  const measured = objectives.map(({ name, better }, i) => {
    const value = attributes.measures?.[name] ?? values?.[i] ?? NaN;
    return better === 'lower' ? value : -value;
  });
  return {
    ...{ id, point, violation },
    costs: state === 'failed' || measured.some(Number.isNaN) ? null : measured,
    ...(resource !== undefined && { resource })
  };
}

function isOver(state: StoredTrial['state']): boolean {
  return state === 'complete' || state === 'pruned' || state === 'failed';
}

function isUnsure({ sampled, record }: StoredStudy, { id, told }: TrialAttributes): boolean {
  const isOptunas = (record?.strategy as { kind?: string } | undefined)?.kind === 'optuna';
  return isOptunas && told === undefined && id > (sampled ?? -1);
}
