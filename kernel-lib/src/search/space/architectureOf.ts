import type { Candidate } from './candidateOf';

/** A network of a candidate as a graph: what a panel draws of it. */
export interface ArchitectureGraph {
  /** Operations, layers or blocks. */
  readonly nodes: readonly ArchitecturePart[];
  /** Pairs of nodes, from where to where; without circles. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

/** A node of an architecture. */
export interface ArchitecturePart {
  /** Its operation, or its name. */
  readonly label: string;
  /** Its settings, such as "width 64". Default: none. */
  readonly detail?: string;
}

/** Counts that stand for as many layers in a row. */
const COUNTS = ['layers', 'blocks', 'depth', 'depths'];

/**
 * The network that a candidate tells of by itself: each list is its items in a row, in the order of the choices, with their settings; a number
 * named layers, blocks or depth, without a list beside it, is so many layers with the settings beside it. Null where it has neither.
 */
export function architectureOf(candidate: Candidate): ArchitectureGraph | null {
  const parts = partsOf(candidate);
  return parts.length === 0 ? null : chain(parts);
}

/** Parts in a row, from an input to an output. */
export function chain(parts: readonly ArchitecturePart[]): ArchitectureGraph {
  const nodes = [{ label: 'input' }, ...parts, { label: 'output' }];
  return { nodes, edges: nodes.slice(1).map((_, i) => [i, i + 1] as const) };
}

/** Parts of a candidate that lists and counts tell of. */
export function partsOf(candidate: Candidate, path = ''): ArchitecturePart[] {
  const entries = Object.entries(candidate);
  const lists = entries.flatMap(([name, value]): ArchitecturePart[] => {
    const at = path === '' ? name : `${path}.${name}`;
    return Array.isArray(value)
      ? value.map((item, i) => partOf(item, `${at}.${i}`))
      : isObject(value)
        ? partsOf(value, at)
        : [];
  });
  if (lists.length > 0) {
    return lists;
  }
  const count = entries.find(([name, value]) => COUNTS.includes(name) && Number.isInteger(value));
  if (count === undefined) {
    return [];
  }
  const detail = settings(Object.fromEntries(entries.filter(([name]) => name !== count[0])));
  return Array.from({ length: count[1] as number }, (_, i) => ({ label: `${path === '' ? '' : `${path} `}layer ${i + 1}`, detail })); // prettier-ignore
}

/** A part for each module that sizes of axes are named after: "layers.0.hidden" is the hidden size of layers.0. */
export function moduleParts(sizes: Readonly<Record<string, unknown>>): ArchitecturePart[] {
  const modules = new Map<string, Candidate>();
  for (const [axis, size] of Object.entries(sizes)) {
    const at = axis.lastIndexOf('.');
    const module = at < 0 ? axis : axis.slice(0, at);
    modules.set(module, { ...modules.get(module), [at < 0 ? 'size' : axis.slice(at + 1)]: size });
  }
  return [...modules].map(([label, own]) => ({ label, detail: settings(own) }));
}

/** An item of a list: what it is, where it says so, with the rest as its settings. */
function partOf(item: unknown, path: string): ArchitecturePart {
  return isObject(item) ? { label: path, detail: settings(item) } : { label: word(item), detail: path };
}

function settings(of: Candidate): string {
  return Object.entries(of)
    .map(([name, value]) => `${name} ${word(value)}`)
    .join(', ');
}

function word(value: unknown): string {
  return typeof value === 'number'
    ? String(Number(value.toPrecision(4)))
    : typeof value === 'object' && value !== null
      ? isObject(value) && typeof value.kind === 'string'
        ? value.kind
        : JSON.stringify(value)
      : String(value);
}

function isObject(value: unknown): value is Candidate {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
