import { MAX_POINTS } from '../../../protocol';
import type { Choice, ChoicesData, ChoicesPayload } from '../../../protocol';
import { evenly } from '../../bounds/evenly';
import { fit } from '../../bounds/fit';
import { legal, short } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';
import { roundScalar } from '../../bounds/rounding';

const MAX_CHOICES = 256;
/** Options that still say how a choice's outcome moves. */
const FEW = 8;

/** Options go first, evenly; then the choices that matter least, long labels, at last all options. */
export function boundChoices(payload: ChoicesPayload): ChoicesPayload {
  const { data } = payload;
  const max = Math.min(MAX_CHOICES, data.choices.length);
  const ranked = byValue(data.choices);
  const cut = (least: number, options: number, text: (label: string) => string) => ({
    max,
    least,
    keep: (count: number) => withChoices(data, ranked.slice(0, count), { options, text })
  });
  return fit(payload, [
    cut(max, MAX_POINTS, legal),
    cut(max, FEW, legal),
    cut(Math.min(1, max), FEW, short),
    cut(0, 0, short)
  ]);
}

/** Choices by what they are worth; those of no value as they came. */
function byValue(choices: readonly Choice[]): number[] {
  const value = (i: number): number => Math.abs(choices[i].value ?? 0);
  return choices.map((_, i) => i).sort((a, b) => value(b) - value(a) || a - b);
}

function withChoices(
  data: ChoicesData,
  ranked: readonly number[],
  { options, text }: { options: number; text: (label: string) => string }
): ChoicesData {
  const kept = [...ranked].sort((a, b) => a - b).map((i) => data.choices[i]);
  const choices = kept.map(({ label, value, options: all }) => ({
    ...{ label: text(label), value: roundScalar(value) },
    options: evenly(all.length, options).map((i) => ({
      ...{ label: text(all[i].label), value: roundScalar(all[i].value), count: all[i].count }
    }))
  }));
  const lost = kept.reduce((sum, each, i) => sum + each.options.length - choices[i].options.length, 0);
  const without = (data.omittedOptions ?? 0) + lost;
  return {
    ...{ measure: legal(data.measure), outcome: legal(data.outcome), method: legal(data.method), choices },
    ...omitted(data.omitted, data.choices.length - kept.length),
    ...(without > 0 ? { omittedOptions: without } : {})
  };
}
