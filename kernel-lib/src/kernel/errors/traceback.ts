import { isInterrupt } from '../cells/interrupted';
import type { Failure } from './failure';
import { frameOwner, parseFrames, type Frame } from './frames';
import { asText, describe, isError, read } from './safely';
import type { Scripts } from './scripts';
import { dim, excerpt, place, red } from './text';

/** Causes of causes that are shown. */
const MOST_CAUSES = 5;

/** The failure of a cell whose code threw `error`: what, where in which cell, and how it came there. */
export function errorFailure(error: unknown, scripts: Scripts): Failure {
  if (isInterrupt(error)) {
    return { ename: 'Interrupted', evalue: 'the cell was interrupted', traceback: describeError(error, scripts) };
  }
  if (!isError(error)) {
    const evalue = describe(error);
    return { ename: 'Error', evalue, traceback: [`${red('Thrown')}: ${evalue}`] };
  }
  const traceback = describeError(error, scripts);
  let cause = read(error, 'cause');
  for (let i = 0; i < MOST_CAUSES && cause !== undefined; i++) {
    const text = isError(cause) ? describeError(cause, scripts) : [describe(cause)];
    traceback.push('', dim('Caused by:'), ...text);
    cause = isError(cause) ? read(cause, 'cause') : undefined;
  }
  return { ename: nameOf(error), evalue: asText(read(error, 'message'), ''), traceback };
}

function nameOf(error: unknown): string {
  return asText(read(error, 'name'), asText(read(read(error, 'constructor'), 'name'), 'Error')) || 'Error';
}

function describeError(error: unknown, scripts: Scripts): string[] {
  const stack = asText(read(error, 'stack') ?? undefined, '');
  const [shownName, shownMessage] = isInterrupt(error)
    ? ['Interrupted', 'the cell was interrupted']
    : [nameOf(error), asText(read(error, 'message'), '')];
  const frames = parseFrames(stack);
  const places = frames.map((frame) => scripts.locate(frame));
  const nearest = places.find((at) => at !== null);
  const lines = [`${red(shownName)}: ${shownMessage}`];
  if (nearest) {
    lines.push(`  ${place(`${nearest.label}, line ${nearest.line + 1}, column ${nearest.column + 1}`)}`);
    lines.push(...excerpt(nearest.code, nearest.line, nearest.column));
  }
  return [...lines, ...trace(frames, scripts)];
}

/** The frames, one a line; consecutive frames of libraries become one line. */
function trace(frames: Frame[], scripts: Scripts): string[] {
  const lines: string[] = [];
  let folded: string[] = [];
  const unfold = () => {
    if (folded.length > 0) {
      const owners = [...new Set(folded)].join(', ');
      lines.push(dim(`  ... ${folded.length} ${folded.length === 1 ? 'frame' : 'frames'} in ${owners}`));
      folded = [];
    }
  };
  for (const [i, frame] of frames.entries()) {
    // The code of a cell is a function, called by the script around it.
    if (frame.name === '' && frame.cell !== null && frames[i - 1]?.cell === frame.cell && frames[i - 1].name === '') {
      continue;
    }
    const at = scripts.locate(frame);
    const owner = frameOwner(frame, process.cwd());
    if (at === null && (frame.cell !== null || owner.isLibrary)) {
      folded.push(frame.cell !== null ? 'cells' : owner.label);
      continue;
    }
    unfold();
    const where = at === null ? `${owner.label}:${frame.line}` : `${at.label}:${at.line + 1}:${at.column + 1}`;
    lines.push(`  at ${frame.name === '' ? '' : `${frame.name}, `}${where}`);
  }
  // Below the outermost cell there is only the kernel.
  const below = folded;
  folded = [];
  return lines.length > 0 || below.length === 0
    ? lines
    : [dim(`  ... ${below.length} frames in ${[...new Set(below)].join(', ')}`)];
}
