import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../notebooks');
const PANEL = 'application/vnd.switchyard.v1+json';
const ENVIRONMENT = 'application/vnd.switchyard.environment.v1+json';

type Text = string | string[];

/** A cell of a saved notebook. */
export interface Cell {
  cell_type: string;
  source: Text;
  outputs?: { text?: Text; data?: Record<string, unknown> }[];
}

/** What prose may say though no output prints it, and why. */
export interface Said {
  /** The words round the numbers, as the prose has them. */
  says: string;
  /** Why no output prints them: what was set, what is known without a run, what follows from which outputs. */
  because: string;
  /** The numbers of `says`, one after the other, from what outputs hold; unrounded. Of settings: none. */
  are?: (printed: (number: string) => number, panel: (title: string) => Panel) => number[];
}

interface Panel {
  layers: { load: number[] }[];
}

/** A number that prose says, or a mean with its interval. */
interface Claim {
  /** "0.226", or "0.226" and "0.032". */
  numbers: string[];
  from: number;
  to: number;
}

const NUMBER = /(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?/g;
const WITH_INTERVAL = /(\d+(?:,\d{3})*(?:\.\d+)?)\s*(?:±|\+-)\s*(\d+(?:,\d{3})*(?:\.\d+)?)/g;

/** The cells of one of the shipped notebooks. */
export function cellsOf(name: string): Cell[] {
  return (JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as { cells: Cell[] }).cells;
}

export const textOf = (text: Text): string => (typeof text === 'string' ? text : text.join(''));

/**
 * What the prose of a notebook says and nothing supports: numbers that neither stand, to their rounding, in an output before them of the same section
 * (where it has none, in any before them, and before the first output in any) nor in what is listed; and what is listed and is not said, or is not so. Code
 * within prose and addresses of links are no prose; numbers written as words are not read.
 */
export function unsupported(cells: readonly Cell[], listed: readonly Said[]): string[] {
  const faults = listed.filter(({ says }) => !cells.some((cell) => proseOf(cell).includes(says))).map(({ says }) => `"${says}" is listed and not said`); // prettier-ignore
  cells.forEach((cell, at) => {
    const prose = proseOf(cell);
    const shown = outputsOf(scopeOf(cells, at));
    const claims = claimsOf(prose);
    const covered = listed.flatMap((said) => placesOf(prose, said.says).map((from) => ({ said, from, to: from + said.says.length }))); // prettier-ignore
    for (const claim of claims) {
      const by = covered.find(({ from, to }) => from <= claim.from && claim.to <= to);
      if (by === undefined && !isShown(shown, claim)) {
        faults.push(`${claim.numbers.join(' ± ')} in "${prose.slice(Math.max(0, claim.from - 40), claim.to + 20)}"`);
      }
    }
    for (const { said, from, to } of covered) {
      const numbers = claims.filter((claim) => from <= claim.from && claim.to <= to).flatMap((claim) => claim.numbers);
      const values =
        said.are?.(
          (number) => found(cells, number),
          (title) => panelOf(cells, title)
        ) ?? null;
      if (
        values !== null &&
        (values.length !== numbers.length || numbers.some((number, i) => !rounds(values[i], number)))
      ) {
        faults.push(`"${said.says}" is ${values.join(', ')} by the outputs`);
      }
    }
  });
  return faults;
}

/** A copy of a notebook in which one number of its prose has another last digit. */
export interface ChangedDigit {
  changed: Cell[];
  /** The number as it was, with what stands around it. */
  number: string;
}

/** Copies of a notebook, each with the last digit of one number of its prose changed, by one or by as many as are told. */
export function changedDigits(cells: readonly Cell[], by = 1): ChangedDigit[] {
  return cells.flatMap((cell, at) => {
    const [source, prose] = [textOf(cell.source), proseOf(cell)];
    return [...prose.matchAll(NUMBER)].map(({ index, 0: number }) => {
      const last = index + number.length - 1;
      const changed = source.slice(0, last) + String((Number(source[last]) + by) % 10) + source.slice(last + 1);
      return {
        changed: cells.map((each, i) => (i === at ? { ...each, source: changed } : each)),
        number: `${number} in "${prose.slice(Math.max(0, index - 30), last + 21)}"`
      };
    });
  });
}

/** The cells in whose outputs a number of this cell must stand. */
function scopeOf(cells: readonly Cell[], at: number): readonly Cell[] {
  const printing = (some: readonly Cell[]): boolean => outputsOf(some) !== '';
  const isHeading = (cell: Cell): boolean => cell.cell_type === 'markdown' && /^#+ /m.test(textOf(cell.source));
  const earlier = cells.slice(0, at);
  const section = earlier.slice(isHeading(cells[at]) ? at : earlier.map(isHeading).lastIndexOf(true) + 1);
  return [section, earlier, cells].find(printing) ?? cells;
}

/** Prose of a cell, with blanks for what is no prose and for ends of lines, so that places stay. */
function proseOf({ cell_type, source }: Cell): string {
  const blank = (text: string): string => ' '.repeat(text.length);
  return cell_type === 'markdown'
    ? textOf(source)
        .replace(/`[^`]*`|\]\([^)]*\)|arXiv [\d.]+/g, blank)
        .replaceAll('\n', ' ')
    : '';
}

function claimsOf(prose: string): Claim[] {
  const claim = ({ index, 0: whole }: RegExpMatchArray, numbers: string[]): Claim => ({
    ...{ numbers: numbers.map((number) => number.replaceAll(',', '')), from: index!, to: index! + whole.length }
  });
  const pairs = [...prose.matchAll(WITH_INTERVAL)].map((match) => claim(match, match.slice(1)));
  const alone = [...prose.matchAll(NUMBER)].map((match) => claim(match, [match[0]]));
  return [...pairs, ...alone.filter(({ from }) => !pairs.some((pair) => pair.from <= from && from < pair.to))];
}

/** The text of outputs; the record of the environment is none, its versions would stand for anything. */
function outputsOf(cells: readonly Cell[]): string {
  const texts = cells.flatMap(({ outputs = [] }) =>
    outputs.map(({ text, data = {} }) =>
      ENVIRONMENT in data ? '' : textOf((text ?? data['text/plain'] ?? '') as Text)
    )
  );
  return texts.join('\n').trim();
}

function isShown(shown: string, { numbers }: Claim): boolean {
  const plain = shown.replace(/(\d),(?=\d{3})/g, '$1');
  return numbers.length === 1
    ? [...plain.matchAll(NUMBER)].some(([number]) => rounds(Number(number.replaceAll(',', '')), numbers[0]))
    : [...plain.matchAll(WITH_INTERVAL)].some(([, mean, half]) => rounds(Number(mean), numbers[0]) && rounds(Number(half), numbers[1])); // prettier-ignore
}

/** Whether a value is what a number says, to its last decimal. */
function rounds(value: number, number: string): boolean {
  const unit = 10 ** -(number.split('.')[1] ?? '').length;
  return Math.abs(Math.abs(value) - Number(number)) <= unit / 2 + 1e-9;
}

function found(cells: readonly Cell[], number: string): number {
  if (![...outputsOf(cells).matchAll(NUMBER)].some(([printed]) => printed === number)) {
    throw new Error(`no output prints ${number}`);
  }
  return Number(number);
}

function panelOf(cells: readonly Cell[], title: string): Panel {
  const outputs = cells.flatMap(({ outputs = [] }) => outputs);
  const panel = outputs.find(({ data = {} }) => PANEL in data && textOf(data['text/plain'] as Text).startsWith(title));
  return (panel!.data![PANEL] as { data: Panel }).data;
}

function placesOf(text: string, part: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    places.push(at);
  }
  return places;
}
