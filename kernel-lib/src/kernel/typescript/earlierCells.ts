import { Meaning, type DeclaringStatement } from './declared';

/** A place in a cell that means a name of the notebook's top level. */
export interface Reference {
  start: number;
  end: number;
  name: string;
  /** Text between property and name where it is written out: `{ name }`. */
  shorthand: ': ' | null;
  /** Read while the cell runs, not later by a function of it. */
  eager: boolean;
  /** The cell that declared what was meant. */
  declaredBy: CheckedCell;
}

/** A cell that was checked. */
export class CheckedCell {
  references: Reference[] = [];
  /** Meanings of each name that it declares. */
  readonly meanings = new Map<string, number>();

  constructor(
    /** Counts the cells of this session. */
    readonly id: number,
    readonly code: string,
    readonly statements: DeclaringStatement[]
  ) {
    for (const { name, meaning } of statements.flatMap(({ names }) => names)) {
      this.meanings.set(name, (this.meanings.get(name) ?? 0) | meaning);
    }
  }

  /** The references in one of its statements. */
  within({ start, end }: DeclaringStatement): Reference[] {
    return this.references.slice(this.firstAt(start), this.firstAt(end));
  }

  /** Index of the first reference that does not stand before `position`. */
  private firstAt(position: number): number {
    let [low, high] = [0, this.references.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      [low, high] = this.references[middle].start < position ? [middle + 1, high] : [low, middle];
    }
    return low;
  }
}

/** A stretch of the text of earlier cells. */
interface Segment {
  start: number;
  end: number;
  cell: CheckedCell;
}

/** Declarations of earlier cells, as one text. */
export interface EarlierText {
  text: string;
  /** The cell that a position of the text comes from. */
  cellAt(position: number): CheckedCell | null;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** How many generations of replaced declarations are kept for what was computed from them. */
const GENERATIONS = 8;

/** Declarations of the cells that ran: of each name the last. */
export class EarlierCells {
  /** In the order in which they ran. */
  private cells: CheckedCell[] = [];
  /** The cells whose declarations of a name count: more than one where a type and a value share it. */
  private readonly live = new Map<string, CheckedCell[]>();

  /** All names that are declared. */
  get names(): ReadonlyMap<string, CheckedCell[]> {
    return this.live;
  }

  /** True where a value of this name is declared and has code. */
  declares(name: string): boolean {
    return this.live.has(name);
  }

  /** Adds a cell that ran; of its names only those for which `reached` is true. */
  add(cell: CheckedCell, reached: (name: string) => boolean): void {
    for (const [name, meaning] of cell.meanings) {
      if (reached(name) || (meaning & Meaning.Value) === 0) {
        const stay = (this.live.get(name) ?? []).filter((other) => goTogether(other.meanings.get(name) ?? 0, meaning));
        this.live.set(name, [...stay, cell]);
      }
    }
    // Run again, a cell says anew what it says about the world outside.
    const again = this.cells.find(({ code }) => code === cell.code);
    again?.statements.forEach((statement) => (statement.outside = false));
    this.cells.push(cell);
    const kept = new Set(this.plan(new Set()).keys());
    this.cells = this.cells.filter((other) => kept.has(other));
  }

  /** The declarations that count for a cell which declares `own` itself. */
  text(own: ReadonlySet<string>): EarlierText {
    const plan = this.plan(own);
    const segments: Segment[] = [];
    let text = 'export {};\n';
    for (const cell of this.cells) {
      const needed = plan.get(cell);
      if (needed === undefined) {
        continue;
      }
      const start = text.length;
      for (const statement of cell.statements) {
        if (statement.outside || statement.names.some(({ name }) => needed.has(name))) {
          // The semicolon, that the next line is not taken for more of it.
          text += `${this.write(cell, statement, own)};\n`;
        }
      }
      segments.push({ start, end: text.length, cell });
    }
    const cellAt = (position: number) =>
      segments.find(({ start, end }) => position >= start && position < end)?.cell ?? null;
    return { text, cellAt };
  }

  /** The cells whose text is needed, each with the names it is needed for. */
  private plan(own: ReadonlySet<string>): Map<CheckedCell, Set<string>> {
    const plan = new Map<CheckedCell, Set<string>>();
    const work: { cell: CheckedCell; name: string; generation: number }[] = [];
    const need = (cell: CheckedCell, name: string, generation: number) => {
      const names = plan.get(cell) ?? new Set();
      if (!names.has(name) && generation <= GENERATIONS) {
        plan.set(cell, names.add(name));
        work.push({ cell, name, generation });
      }
    };
    for (const cell of this.cells) {
      if (cell.statements.some(({ outside }) => outside)) {
        plan.set(cell, plan.get(cell) ?? new Set());
      }
    }
    for (const [name, cells] of this.live) {
      if (!own.has(name)) {
        cells.forEach((cell) => need(cell, name, 0));
      }
    }
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      const { cell, name, generation } = next;
      const statements = cell.statements.filter(({ names }) => names.some((declared) => declared.name === name));
      for (const reference of statements.flatMap((statement) => cell.within(statement))) {
        if (reference.eager && !this.counts(reference.declaredBy, reference.name, own)) {
          need(reference.declaredBy, reference.name, generation + 1);
        }
      }
    }
    return plan;
  }

  /** A declaring statement as it stands before later cells. */
  private write(cell: CheckedCell, statement: DeclaringStatement, own: ReadonlySet<string>): string {
    const edits: Edit[] = statement.silent.map(({ start, end, instead }) => ({ start, end, text: instead }));
    for (const { name, start, end, shorthand } of statement.names) {
      if (!this.counts(cell, name, own)) {
        const replaced = replacedName(name, cell);
        edits.push({ start, end, text: shorthand === null ? replaced : `${name}${shorthand}${replaced}` });
      }
    }
    for (const { start, end, name, shorthand, eager, declaredBy } of cell.within(statement)) {
      if (eager && !this.counts(declaredBy, name, own)) {
        const replaced = replacedName(name, declaredBy);
        edits.push({ start, end, text: shorthand === null ? replaced : `${name}${shorthand}${replaced}` });
      }
    }
    const text = apply(cell.code, statement, edits);
    // What comes after it is reached, whatever it does.
    return statement.nested ? `if (0 as any) {\n${text}\n}` : text;
  }

  /** True where what `cell` says about `name` is what the name means. */
  private counts(cell: CheckedCell, name: string, own: ReadonlySet<string>): boolean {
    return !own.has(name) && (this.live.get(name)?.includes(cell) ?? false);
  }
}

/** Whether an earlier declaration of a name stays beside a later one. */
function goTogether(earlier: number, later: number): boolean {
  const both = earlier & later & (Meaning.Value | Meaning.Type);
  // An interface adds to a class of its name, as in one file.
  const adds = (later & Meaning.Value) === 0 && (later & Meaning.Interface) !== 0 && (earlier & Meaning.Value) !== 0;
  return both === 0 || adds;
}

/** A name that means what another declaration has replaced; what was computed from it has its type. */
function replacedName(name: string, cell: CheckedCell): string {
  return `${name}$${cell.id}`;
}

function apply(code: string, { start, end }: DeclaringStatement, edits: Edit[]): string {
  let text = '';
  let at = start;
  for (const edit of edits.sort((a, b) => a.start - b.start)) {
    if (edit.start >= at) {
      text += code.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
  }
  return text + code.slice(at, end);
}
