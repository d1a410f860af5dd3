import { fail } from '../../../base/core';
import { assemble, type NamedGraph } from './assemble';

/** Options of `graph.read.edgeList`. */
export interface EdgeListOptions {
  /** Whether an edge leads from the first name to the second alone. Default false. */
  directed?: boolean;
  /** Text between columns. Default: a comma, a semicolon or white space, whichever the first line has. */
  separator?: string;
}

/**
 * A graph from lines "source target" or "source target weight"; lines that begin with # or % are comments. Nodes are numbered as they come, or by themselves where all names are whole numbers from 0.
 *
 * @throws {SwitchyardError} with the number of the line where it has other columns or a weight is no number, and where there is no edge.
 */
export function edgeList(text: string, { directed = false, separator }: EdgeListOptions = {}): NamedGraph {
  const where = 'graph.read.edgeList';
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ line: line.trim(), at: i + 1 }))
    .filter(({ line }) => line !== '' && !/^[#%]/.test(line));
  if (lines.length === 0) {
    fail(where, 'there must be an edge', 'none');
  }
  const between = separator ?? [',', ';'].find((each) => lines[0].line.includes(each)) ?? /\s+/;
  const width = lines[0].line.split(between).length;
  const edges = lines.map(({ line, at }) => {
    const cells = line.split(between).map((cell) => cell.trim());
    const [source, target, weight] = cells;
    if (cells.length !== width || width < 2 || width > 3 || source === '' || target === '') {
      fail(where, `line ${at} must be "source target" or "source target weight", as the first is`, line);
    }
    if (weight !== undefined && (weight === '' || !Number.isFinite(Number(weight)))) {
      fail(where, `weight of line ${at} must be a finite number`, weight);
    }
    return { source, target, directed, attributes: weight === undefined ? {} : { weight: Number(weight) } };
  });
  const found = [...new Set(edges.flatMap(({ source, target }) => [source, target]))];
  const whole = found.every((name) => /^\d{1,9}$/.test(name) && String(Number(name)) === name);
  const most = whole ? found.reduce((max, name) => Math.max(max, Number(name)), 0) : 0;
  // Ids with a few left out are isolated nodes; far apart they are names.
  const names = whole && most < 4 * found.length + 16 ? Array.from({ length: most + 1 }, (_, i) => String(i)) : found;
  return assemble(where, { nodes: names.map((name) => ({ name, attributes: {} })), edges }, {});
}
