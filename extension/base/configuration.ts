/** @file What tells runs apart: the settings that their payloads name. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Setting } from '@switchyard/kernel-lib/protocol';
import type { IRun } from './payloads';
import { titleOf } from './payloads';
import type { ITable } from './table';

/** Settings by name, as they come. */
export type Configuration = Readonly<Record<string, Setting>>;

/** Settings that a title gets from its configuration, at most. */
const MOST_WORDS = 3;

/** Settings of a run; none where its kernel named none. */
export function configurationOf({ reading }: IRun): Configuration {
  return 'payload' in reading ? (reading.payload.source.configuration ?? {}) : {};
}

/** Names of settings that are not the same in all of these, in the order in which they come. */
export function differing(all: readonly Configuration[]): string[] {
  const names = [...new Set(all.flatMap((each) => Object.keys(each)))];
  return names.filter((name) => new Set(all.map((each) => each[name])).size > 1);
}

/** Titles of runs; those that several share say besides in which settings they differ. */
export function distinctTitles(runs: readonly IRun[], trans: TranslationBundle): string[] {
  const titles = runs.map((run) => titleOf(run, trans));
  return titles.map((title, i) => {
    const alike = runs.filter((_, j) => titles[j] === title).map(configurationOf);
    const own = configurationOf(runs[i]);
    const names = differing(alike).filter((name) => name in own);
    return [title, ...names.slice(0, MOST_WORDS).map((name) => `${name} ${settingText(own[name])}`)].join(', ');
  });
}

/** All settings of a run. */
export function configurationTable(configuration: Configuration, trans: TranslationBundle): ITable {
  const rows = Object.entries(configuration).map(([name, value]) => [name, settingText(value)]);
  return { columns: [trans.__('setting'), trans.__('value')], rows };
}

/** Settings in which runs differ, a column for each run. */
export function differencesTable(
  runs: readonly { title: string; configuration: Configuration }[],
  trans: TranslationBundle
): ITable {
  const names = differing(runs.map(({ configuration }) => configuration));
  const rows = names.map((name) => [name, ...runs.map(({ configuration }) => settingText(configuration[name]))]);
  return { columns: [trans.__('setting'), ...runs.map(({ title }) => title)], rows };
}

/** A setting as people read it; a dash where a run has none of that name. */
function settingText(value: Setting | undefined): string {
  return value === undefined ? '–' : String(value);
}
