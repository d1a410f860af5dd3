import { MAX_CONFIGURATION } from '../protocol';
import type { Setting } from '../protocol';
import type { RunInfo } from '../train/loop/contract';
import { printable } from './format';

/** Characters of a name and of a word: a payload has little room for them. */
const MAX_WORD = 48;
/** Kinds of layers whose options are named. */
const MAX_PARTS = 2;

/**
 * Settings of a run by name: what it is trained with, then its task, then its model's options, a part's under the name of the part:
 * "router", "router.k". What is nearest to the top comes first where there are too many.
 */
export function runConfiguration({ model, task, totalSteps, seed, settings = {} }: RunInfo): Record<string, Setting> {
  const { options = {} } = model as { options?: Options };
  const all: [string, unknown][] = [
    ...Object.entries({ seed, steps: totalSteps, ...settings, task: task.kind, ...task.fixed }),
    ['model', model.kind],
    ...optionSettings(options)
  ];
  const known = new Map<string, Setting>();
  for (const [name, value] of all) {
    const setting = settingOf(value);
    // The seed of a model is not that of its run.
    const free = [name, `model.${name}`]
      .map((each) => printable(each).slice(0, MAX_WORD))
      .find((each) => !known.has(each));
    if (setting !== null && free !== undefined) {
      known.set(free, setting);
    }
  }
  return Object.fromEntries([...known].slice(0, MAX_CONFIGURATION));
}

/** Options and where they stand: "router." before those of a part. */
type Part = readonly [prefix: string, options: Options];
type Options = Readonly<Record<string, unknown>>;

/** Names and values of options and of those within, by how deep they stand. */
function optionSettings(top: Options): [string, unknown][] {
  const settings: [string, unknown][] = [];
  let level: Part[] = [['', top]];
  while (level.length > 0) {
    const within: Part[] = [];
    for (const [prefix, options] of level) {
      for (const [option, value] of Object.entries(options)) {
        const name = prefix + option;
        if (Array.isArray(value) && value.length > 0 && value.every(isPlain)) {
          settings.push([name, kindsOf(value)]);
          // Parts of the layers, of those that are alike once.
          within.push(...distinct(value).map(({ kind: _, ...each }): Part => [prefix, each]));
        } else if (isPlain(value)) {
          const { kind, options: own = value } = value;
          settings.push([name, kind ?? (Object.keys(value).length === 0 ? 'none' : null)]);
          within.push([`${name}.`, isPlain(own) ? own : {}]);
        } else {
          settings.push([name, value]);
        }
      }
    }
    level = within;
  }
  return settings;
}

function isPlain(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** How many there are of each kind: "3 moe, 1 dense". */
function kindsOf(parts: readonly Options[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of parts) {
    const name = typeof kind === 'string' ? kind : '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Array.from(counts, ([kind, count]) => `${count} ${kind}`.trim()).join(', ');
}

function distinct(parts: readonly Options[]): Options[] {
  return [...new Map(parts.map((part) => [JSON.stringify(part), part])).values()].slice(0, MAX_PARTS);
}

/** A value that a table has room for; null for others. */
function settingOf(value: unknown): Setting | null {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
    return value;
  }
  if (typeof value === 'number') {
    return String(value);
  }
  const words = Array.isArray(value) && value.every((each) => typeof each === 'number') ? value.join(', ') : value;
  return typeof words === 'string' ? printable(words).slice(0, MAX_WORD) : null;
}
