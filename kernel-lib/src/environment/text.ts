import type { EnvironmentRecord } from './record';

/** Characters of a hash that people compare. */
const SHORT_HASH = 12;

/** An environment record as lines for people. */
export function environmentText(record: EnvironmentRecord): string {
  const { versions, git, lockfile, seeds, data, packages } = record;
  const rows = [
    ['versions', named(versions, (version) => version ?? 'missing')],
    ['machine', `${record.platform}, ${record.processor}`],
    ['device', `${record.device}, ${record.threads} ${record.threads === 1 ? 'thread' : 'threads'}`],
    ['lockfile', lockfile?.slice(0, SHORT_HASH) ?? 'none'],
    ['commit', git === null ? 'none' : `${git.commit.slice(0, SHORT_HASH)}${git.clean ? '' : ', with changes'}`],
    ['seeds', named(seeds, String)],
    ['data', named(data, (hash) => hash.slice(0, SHORT_HASH))],
    ...(Object.keys(packages).length === 0 ? [] : [['text of', named(packages, String)]])
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}${value}`).join('\n');
}

function named<T>(values: Record<string, T>, show: (value: T) => string): string {
  const entries = Object.entries(values).map(([name, value]) => `${name} ${show(value)}`);
  return entries.length === 0 ? 'none given' : entries.join(', ');
}
