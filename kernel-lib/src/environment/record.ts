import { machine } from '../base/backend';
import { expectInteger, fail } from '../base/core';
import { gitState } from './git';
import type { GitState } from './git';
import { lockfileHash } from './lockfile';
import { versions } from './versions';

/** Record of the environment that a run's numbers depend on, beside the notebook itself. JSON data. */
export interface EnvironmentRecord {
  /** Versions by name; null where the part is missing. */
  versions: Record<string, string | null>;
  /** Operating system and processor architecture, "linux x64". */
  platform: string;
  /** The processor, with its generation and vector instructions: they decide how sums are ordered. */
  processor: string;
  /** "gpu", "cpu" or "javascript", as `device().kind`. */
  device: string;
  /** Threads that one op may use. */
  threads: number;
  /** sha256 of the nearest package-lock.json in or above the notebook's folder; null where there is none. */
  lockfile: string | null;
  /** State of the git work tree that holds the notebook's folder; null where it is in none. */
  git: GitState | null;
  /** Seeds by name, as given. */
  seeds: Record<string, number>;
  /** Hashes of the data by name, as given. */
  data: Record<string, string>;
  /** Versions of the npm packages that were looked through for the data, by name. */
  packages: Record<string, string>;
}

/** Options of `environment.environmentRecord`. */
export interface EnvironmentOptions {
  /** Seeds that the analysis uses, by name: non-negative integers. Default: none. */
  seeds?: Record<string, number>;
  /** Data that the analysis reads, by name: a hash, or a corpus that has one. Default: none. */
  data?: Record<string, string | RecordedData>;
}

/** Part of a corpus that a record keeps. */
export interface RecordedData {
  readonly hash?: string;
  readonly packages?: Readonly<Record<string, string>>;
}

/**
 * Reads the environment of this process and its current folder.
 *
 * @throws {SwitchyardError} where a seed is no non-negative integer, or data has no hash.
 */
export function environmentRecord({ seeds = {}, data = {} }: EnvironmentOptions = {}): EnvironmentRecord {
  Object.entries(seeds).forEach(([name, seed]) => expectInteger('show.environment', `seeds.${name}`, seed, 0));
  const hashes = Object.entries(data).map(([name, of]) => [name, hashOf(name, of)]);
  const folder = process.cwd();
  const { platform, processor, device, threads } = machine();
  return {
    versions: versions(),
    ...{ platform, processor, device, threads },
    lockfile: lockfileHash(folder),
    git: gitState(folder),
    seeds: { ...seeds },
    data: Object.fromEntries(hashes) as Record<string, string>,
    packages: Object.assign({}, ...Object.values(data).map((of) => (typeof of === 'string' ? {} : of.packages)))
  };
}

function hashOf(name: string, of: string | RecordedData): string {
  const hash = typeof of === 'string' ? of : of.hash;
  return hash ?? fail('show.environment', `data.${name} must be a hash or have one`, hash);
}
