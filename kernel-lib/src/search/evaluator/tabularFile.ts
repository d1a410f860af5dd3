import { fail } from '../../base/core';
import { isActive } from '../space';
import type { ChoiceValue, Leaf, Point, Space, SpaceConstraint } from '../space';
import type { Evaluate } from './evaluate';
import { JAHS_COLUMNS } from './jahsColumns';
import type { TableColumns } from './jahsColumns';
import { readRows } from './readRows';
import type { TableRow } from './readRows';

/** Options of `nas.tabularFile`. */
export interface TabularFileOptions {
  /** The table: `.csv`, or `.jsonl` and `.ndjson` of an object a line; each also with `.gz`. */
  file: string;
  /** Space whose choices the table has columns of. */
  space: Space;
  /** Columns of measures by their names, the objective first: `{ value: 'valid-acc', latency: 'latency' }`; or names of columns. Default: those of `columns`. */
  measures?: Readonly<Record<string, string>> | readonly string[];
  /** Column of the fidelity, such as epochs: a row then is what a candidate has come to there. Default: that of `columns`, or none. */
  fidelity?: string;
  /**
   * Columns of choices by their labels, where they are not called so; or those of JAHS-Bench-201, whose "train_set.pkl.gz" a line of Python writes:
   * `pandas.read_pickle('train_set.pkl.gz').to_csv('train_set.csv.gz')`. Its candidates are a sample, so `partial`, and some were trained twice.
   */
  columns?: 'jahs-bench-201' | Readonly<Record<string, string>>;
  /** Columns that mean nothing here, such as numbers of rows. Default: none. */
  ignore?: readonly string[];
  /** True where the table may lack candidates of the space: `table.constraint()` leaves those out. Default false. */
  partial?: boolean;
  /** Rule for two rows of a candidate at one fidelity: an error, or the first counts. Default "refuse". */
  duplicates?: 'refuse' | 'first';
}

type Measures = Readonly<Record<string, number>>;

/** A table of candidates that others trained, with what looks them up. */
export interface TabularFile {
  /** Looks a candidate up: at the trial's resource, which must be a fidelity of the table, with the curve up to there; without one at the last. */
  readonly evaluate: Evaluate;
  /** Fidelities in order; none where the table has no such column. */
  readonly fidelities: readonly number[];
  /** Number of candidates. */
  readonly size: number;
  /** True where it has a candidate. */
  has(point: Point): boolean;
  /** A constraint that only its candidates meet, for a space with the same choices. */
  constraint(): SpaceConstraint;
}

const WHERE = 'nas.tabularFile';
/** Spaces of at most so many candidates are gone through for those that the table lacks. */
const MOST = 2_000_000;
/** Fidelity of a row that has none. */
const WHOLE = Infinity;

/**
 * A table in a file (NAS-Bench-201, JAHS-Bench-201 arXiv 2209.06951, or one of your own) as an evaluation of any space: columns of choices, of a fidelity such as epochs, and of measures. Numbers are found exactly: choices of the space should be
 * the values that the table has.
 *
 * @throws {SwitchyardError} where the file cannot be read, columns of choices or measures are missing, a column is none of the space, a cell is no value of its choice, a measure is not finite, a row is there twice, a candidate lacks a
 * fidelity that others have, or the table lacks candidates of the space (unless `partial`).
 */
export async function tabularFile(options: TabularFileOptions): Promise<TabularFile> {
  const { file, space, partial = false, duplicates = 'refuse' } = options;
  const table = new Map<string, Map<number, Measures>>();
  const fidelities = new Set<number>();
  let reader: RowReader | null = null;
  for await (const row of readRows(file)) {
    reader ??= new RowReader(space, columnsOf(options, row), options.ignore ?? []);
    const { point, fidelity, measures } = reader.read(row);
    const key = keyOf(space.leaves, point);
    const curve = table.get(key) ?? new Map<number, Measures>();
    if (!curve.has(fidelity)) {
      curve.set(fidelity, measures);
    } else if (duplicates === 'refuse') {
      fail(WHERE, `a row must be there once (line ${row.line})`, fidelity === WHOLE ? key : `${key} at ${fidelity}`);
    }
    table.set(key, curve);
    fidelities.add(fidelity);
  }
  if (reader === null) {
    return fail(WHERE, 'the table must have a row', file);
  }
  const ordered = [...fidelities].sort((a, b) => a - b);
  if (!partial) {
    expectWhole(space, table, ordered);
  }
  return tableOf(space, table, ordered, reader.objective);
}

function tableOf(
  { leaves }: Space,
  table: ReadonlyMap<string, ReadonlyMap<number, Measures>>,
  ordered: readonly number[],
  objective: string
): TabularFile {
  const has = (point: Point): boolean => table.has(keyOf(leaves, point));
  return {
    fidelities: ordered.filter((each) => each !== WHOLE),
    size: table.size,
    has,
    constraint: () => ({
      ...{ name: 'in the table', atLeast: 1 },
      of: (_candidate, point) => (has(point) ? 1 : 0)
    }),
    evaluate: ({ point, resource, report }) => {
      const key = keyOf(leaves, point);
      const curve = table.get(key) ?? fail(WHERE, 'the table must have the candidate', key);
      const at = resource ?? ordered.at(-1)!;
      if (resource !== undefined && !ordered.includes(resource)) {
        fail(WHERE, `the resource of a trial must be a fidelity of the table (${brief(ordered)})`, resource);
      }
      const measures = curve.get(at) ?? fail(WHERE, 'the table must have the candidate', `${key} without ${at}`);
      ordered
        .filter((each) => each <= at && each !== WHOLE && curve.has(each))
        .forEach((each) => report(each, curve.get(each)![objective]));
      return measures;
    }
  };
}

/** Columns as the options say, of those that the first row has. */
function columnsOf({ columns = {}, measures, fidelity }: TabularFileOptions, { cells }: TableRow): TableColumns {
  const preset = columns === 'jahs-bench-201' ? JAHS_COLUMNS : { choices: columns, measures: {} };
  const own = Array.isArray(measures)
    ? Object.fromEntries((measures as readonly string[]).map((name) => [name, name]))
    : (measures as TableColumns['measures'] | undefined);
  const ofPreset = Object.entries(preset.measures).filter(([, column]) => cells.has(column));
  const chosen = own ?? Object.fromEntries(ofPreset);
  if (Object.keys(chosen).length === 0) {
    fail(WHERE, 'measures must name columns of the table', [...cells.keys()]);
  }
  const missing = [...Object.values(chosen), fidelity ?? preset.fidelity].find((each) => each !== undefined && !cells.has(each)); // prettier-ignore
  if (missing !== undefined) {
    fail(WHERE, `the table must have the column "${missing}"`, [...cells.keys()]);
  }
  return { choices: preset.choices, fidelity: fidelity ?? preset.fidelity, measures: chosen };
}

/** Reads rows as points of a space. */
class RowReader {
  private readonly known: ReadonlySet<string>;

  constructor(
    private readonly space: Space,
    private readonly columns: TableColumns,
    ignore: readonly string[]
  ) {
    const { choices, fidelity, measures } = columns;
    const ofSpace = space.leaves.map(({ label }) => choices[label] ?? label);
    // Measures of a preset that nobody asked for are known all the same.
    const ofPreset = choices === JAHS_COLUMNS.choices ? Object.values(JAHS_COLUMNS.measures) : [];
    this.known = new Set([...ofSpace, ...Object.values(measures), ...ofPreset, ...ignore, ...(fidelity === undefined ? [] : [fidelity])]); // prettier-ignore
  }

  /** Name of the first measure. */
  get objective(): string {
    return Object.keys(this.columns.measures)[0];
  }

  read({ cells, line }: TableRow): { point: Point; fidelity: number; measures: Measures } {
    const strange = [...cells.keys()].find((name) => !this.known.has(name));
    if (strange !== undefined) {
      fail(WHERE, `columns must be of the space, measures or ignored (line ${line})`, strange);
    }
    const { choices, fidelity, measures } = this.columns;
    const point: Record<string, ChoiceValue> = {};
    for (const leaf of this.space.leaves) {
      const column = choices[leaf.label] ?? leaf.label;
      const cell = cells.get(column);
      if (!isActive(leaf, point)) {
        if (cell !== undefined && cell !== null && cell !== '') {
          fail(WHERE, `"${column}" must be empty where its choice does not apply (line ${line})`, cell);
        }
      } else {
        point[leaf.label] = valueOf(leaf.domain, cell, `"${column}" (line ${line})`);
      }
    }
    return {
      point,
      fidelity: fidelity === undefined ? WHOLE : numberOf(cells.get(fidelity), `"${fidelity}" (line ${line})`),
      measures: Object.fromEntries(
        Object.entries(measures).map(([name, column]) => [name, numberOf(cells.get(column), `"${column}" (line ${line})`)]) // prettier-ignore
      )
    };
  }
}

/** A cell as a value of its choice: by what it says, whatever it is written as. */
function valueOf(domain: Leaf['domain'], cell: unknown, what: string): ChoiceValue {
  if (domain.kind === 'categorical') {
    const { values } = domain;
    const found = values.find((each) => each === (cell ?? null)) ?? values.find((each) => isWritten(each, cell));
    // A value may be null itself.
    return found === undefined ? fail(WHERE, `${what} must be a value of its choice (${brief(values)})`, cell) : found;
  }
  const value = numberOf(cell, what);
  const { low, high } = domain;
  const isIn = value >= low && value <= high && (domain.kind === 'float' || (value - low) % domain.step === 0);
  return isIn ? value : fail(WHERE, `${what} must be a value of its choice (${low}..${high})`, cell);
}

function isWritten(value: ChoiceValue, cell: unknown): boolean {
  if (typeof cell !== 'string') {
    return false;
  }
  switch (typeof value) {
    case 'number':
      return cell !== '' && Number(cell) === value;
    case 'boolean':
      return cell.toLowerCase() === String(value);
    default:
      return value === null && cell === '';
  }
}

function numberOf(cell: unknown, what: string): number {
  const value = typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : cell;
  return typeof value === 'number' && Number.isFinite(value) ? value : fail(WHERE, `${what} must be a finite number`, cell); // prettier-ignore
}

function keyOf(leaves: readonly Leaf[], point: Point): string {
  return leaves.flatMap(({ label }) => (label in point ? [`${label}=${JSON.stringify(point[label])}`] : [])).join(', ');
}

/** Throws where a candidate lacks a fidelity, or the space has one that the table lacks. */
function expectWhole(
  space: Space,
  table: ReadonlyMap<string, ReadonlyMap<number, Measures>>,
  fidelities: readonly number[]
): void {
  for (const [key, curve] of table) {
    const missing = fidelities.find((each) => !curve.has(each));
    if (missing !== undefined) {
      fail(WHERE, `a candidate must have a row at each fidelity (${brief(fidelities)})`, `${key} without ${missing}`);
    }
  }
  if (space.size > MOST) {
    fail(WHERE, `a table that is whole must be of at most ${MOST} candidates; { partial: true } is for others`, space.size); // prettier-ignore
  }
  for (const point of space.points()) {
    const key = keyOf(space.leaves, point);
    if (!table.has(key)) {
      fail(WHERE, 'the table must have all candidates of the space, or be { partial: true }', `none of ${key}`);
    }
  }
}

function brief(values: readonly unknown[]): string {
  return values.length > 8 ? `${values.slice(0, 8).join(', ')}, ...` : values.join(', ');
}
