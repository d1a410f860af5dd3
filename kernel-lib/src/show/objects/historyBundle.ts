import type { History } from '../../train/loop';
import type { Metrics } from '../../train/tasks/task';
import { pictureForms } from '../bundle';
import type { Bundle } from '../bundle';
import { drawing } from '../drawing';
import { significant } from '../format';
import { lossLines } from '../pictures/lossLines';
import { WIDTH } from '../pictures/sizes';

/** Points of the curve of losses, at most: each the mean of the steps since the one before. */
const MOST_POINTS = 200;
/** Evaluations that the text names, the last ones. */
const MOST_ROWS = 12;

/** Whether a value is what `train.fit` gives. */
export function isHistory(value: object): value is History<Metrics> {
  const { losses, validation } = value as Partial<History<Metrics>>;
  return Array.isArray(losses) && Array.isArray(validation) && losses.every((loss) => typeof loss === 'number');
}

/** A run's measurements: the first and the last losses, the last evaluations with all their measures, and the curves. */
export function historyBundle({ losses, validation }: History<Metrics>): Bundle {
  const steps = `${losses.length} ${losses.length === 1 ? 'step' : 'steps'}`;
  const first = losses.length === 0 ? '' : `: loss ${significant(finite(losses[0]))} at the first, `;
  const last =
    losses.length === 0
      ? ''
      : `${significant(finite(meanOf(losses.slice(-10))))} over the last ${Math.min(10, losses.length)}`;
  const text = [`${steps}${first}${last}`, ...evaluations(validation)].join('\n');
  return { ...pictureForms(curves(losses, validation)), 'text/plain': text };
}

function evaluations(validation: History<Metrics>['validation']): string[] {
  if (validation.length === 0) {
    return [];
  }
  const names = Object.keys(validation[0]).filter((name) => name !== 'step' && typeof validation[0][name] === 'number');
  const shown = validation.slice(-MOST_ROWS);
  const rows = [
    ['after step', ...names.map((name) => (name === 'loss' ? 'validation loss' : name))],
    ...shown.map((each) => [String(each.step), ...names.map((name) => significant(finite(each[name])))])
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const omitted = validation.length - shown.length;
  return [
    ...rows.map((row) => row.map((cell, column) => cell.padStart(widths[column])).join('  ')),
    ...(omitted > 0 ? [`and ${omitted} before`] : [])
  ];
}

/** Losses, each point the mean of some steps, and those of validation; null where there are none. */
function curves(losses: readonly number[], validation: History<Metrics>['validation']): string | null {
  const stride = Math.max(1, Math.ceil(losses.length / MOST_POINTS));
  const train = new Map<number, number>();
  for (let from = 0; from < losses.length; from += stride) {
    const part = losses.slice(from, from + stride);
    train.set(from + part.length, meanOf(part));
  }
  const measured = new Map(validation.map(({ step, loss }) => [step, loss]));
  const steps = [...new Set([...train.keys(), ...measured.keys()])].sort((a, b) => a - b);
  const series = (values: ReadonlyMap<number, number>) => steps.map((step) => finite(values.get(step)));
  const tools = drawing();
  const scalars = { 'loss/train': series(train), ...(measured.size > 0 && { 'loss/validation': series(measured) }) };
  const picture = lossLines({ steps, scalars }, WIDTH, tools);
  return picture === null ? null : tools.serialise(picture);
}

const finite = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
