import { Axis, showShape, Stored } from '../../base/core';
import type { AxisMember } from '../../base/core';
import type { Bundle } from '../bundle';
import { printable } from '../format';
import { textTable } from '../texts/textTable';
import { tensorBundle } from './tensorBundle';

/** Rows of a table, at most. */
const MOST_ROWS = 34;

/** Axes by name, as `core.axesOf` gives them. */
type Axes = Map<string, { axis: Axis; members: readonly AxisMember[] }>;

/** A parameter's or buffer's dtype, shape and axes. */
export function storedTitle({ format, shape, axes }: Stored): string {
  return `${format} ${showShape(shape)}: ${axes.map(({ name }) => name).join(' x ')}`;
}

/** A parameter or buffer: its axes, and its values as a tensor's. */
export function storedBundle(stored: Stored): Bundle {
  if (stored.packed !== null) {
    return { 'text/plain': `${storedTitle(stored)}, ${stored.bytes} bytes` };
  }
  if (stored.variable.isDisposed) {
    return { 'text/plain': `${storedTitle(stored)}, disposed` };
  }
  const bundle = tensorBundle(stored.variable);
  return { ...bundle, 'text/plain': `${storedTitle(stored)}\n${String(bundle['text/plain'])}` };
}

/** An axis's name and size, and why it cannot be cut. */
export function axisTitle({ name, size, pinned }: Axis): string {
  return `axis ${name}, ${size}${pinned === null ? '' : `, pinned: ${pinned}`}`;
}

export function axisBundle(axis: Axis): Bundle {
  return { 'text/plain': axisTitle(axis) };
}

/** Whether a value is `module.parameters()`, `module.stored()` or the like. */
export function isStoredMap(value: object): value is Map<string, Stored> {
  return isMapOf(value, (each): each is Stored => each instanceof Stored);
}

/** Parameters by path: a line each. */
export function storedMapBundle(map: Map<string, Stored>): Bundle {
  const rows = [...map].map(([path, each]) => [path, each.format, showShape(each.shape), axesText(each)]);
  return { 'text/plain': table(`${map.size} parameters or buffers`, ['path', 'dtype', 'shape', 'axes'], rows, 4) };
}

/** Whether a value is what `core.axesOf` gives. */
export function isAxes(value: object): value is Axes {
  return isMapOf(value, (each): each is { axis: Axis } => (each as { axis?: unknown } | null)?.axis instanceof Axis);
}

/** Axes by name: the size of each, and how many parameters carry it. */
export function axesBundle(axes: Axes): Bundle {
  const rows = [...axes].map(([name, { axis, members }]) => [
    name,
    String(axis.size),
    String(members.length),
    axis.pinned ?? ''
  ]);
  return { 'text/plain': table(`${axes.size} axes`, ['axis', 'size', 'members', 'pinned'], rows, 1) };
}

const axesText = ({ axes }: Stored): string => axes.map(({ name }) => name).join(' x ');

function isMapOf<T>(value: object, is: (each: unknown) => each is T): value is Map<string, T> {
  return value instanceof Map && value.size > 0 && [...value.values()].every(is);
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[], left: number): string {
  const shown = textTable([head, ...rows.slice(0, MOST_ROWS)], left);
  const more = rows.length > MOST_ROWS ? [`and ${rows.length - MOST_ROWS} more`] : [];
  return [title, ...shown, ...more].map(printable).join('\n');
}
