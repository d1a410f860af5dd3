import type { Module } from '../../base/core';
import type { Bundle } from '../bundle';
import { printable } from '../format';
import { htmlTable } from '../htmlTable';
import { textTable } from '../texts/textTable';
import { moduleRows, totalFlops } from './moduleTable';
import type { ModuleRow } from './moduleTable';

/** A deeper network would fill pages; the sums are of all its modules. */
const MOST_ROWS = 34;
const HEADER = ['module', 'kind', 'shapes', 'parameters', 'FLOPs a token'];
/** Columns of words; those after them are of numbers. */
const WORDS = 3;

/** A network, a layer or a router: its modules with their shapes, parameters and active operations. */
export function moduleBundle(module: Module): Bundle {
  const rows = moduleRows(module);
  const more = rows.length > MOST_ROWS ? `and ${rows.length - MOST_ROWS} more modules` : '';
  const table = [HEADER, ...rows.slice(0, MOST_ROWS).map(cells), total(module, rows, more)];
  const title = moduleTitle(module);
  return {
    'text/html': htmlTable(title, table, WORDS).source,
    'text/plain': [title, ...textTable(table, WORDS)].map(printable).join('\n')
  };
}

/** A module's kind, and what a reader would ask of it first. */
export function moduleTitle(module: Module): string {
  if ('route' in module && 'numExperts' in module && 'k' in module) {
    return `${module.kind} router: ${String(module.k)} of ${String(module.numExperts)} experts`;
  }
  return 'contextLength' in module ? `${module.kind}, ${String(module.contextLength)} positions` : module.kind;
}

function cells({ path, kind, shapes, parameters, flops }: ModuleRow): string[] {
  const spent = flops === undefined ? '' : flops === null ? '?' : whole(flops);
  return [path === '' ? '(itself)' : path, kind, shapes.join(', '), whole(parameters), spent];
}

function total(module: Module, rows: readonly ModuleRow[], more: string): string[] {
  const { flops, complete } = totalFlops(module, rows);
  return ['all', more, '', whole(module.countParameters()), `${complete ? '' : 'at least '}${whole(flops)}`];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
