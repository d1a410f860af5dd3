import { tf } from '../../base/backend';
import type { Routing } from '../../nn/routers';
import { loadMetrics } from '../../study/telemetry';
import { pictureForms } from '../bundle';
import type { Bundle } from '../bundle';
import { decimals, percent, significant } from '../format';
import { routingPicture } from './routingPicture';
import { isDisposed, routingSample } from './routingSample';
import type { RoutingSample } from './routingSample';

const FORMS: Record<Routing['form'], true> = { sparse: true, dense: true, slots: true };
/** Tokens, and experts of a token, that the text names. */
const MOST_TOKENS = 8;
const MOST_EXPERTS = 4;
/** Experts whose load the text gives. */
const MOST_LOADS = 16;

/** Whether a value is what a router's `route` returns, also that of a router from elsewhere. */
export function isRouting(value: object): value is Routing {
  const { form, numTokens, numExperts, probs } = value as Partial<Routing>;
  const counted = typeof numTokens === 'number' && typeof numExperts === 'number';
  return typeof form === 'string' && form in FORMS && counted && probs instanceof tf.Tensor;
}

/** A routing: which of the first tokens goes to which expert, with what weight, and how all tokens load the experts. */
export function routingBundle(routing: Routing): Bundle {
  const title = titleOf(routing);
  if (isDisposed(routing)) {
    return { 'text/plain': `${title}, disposed` };
  }
  const sample = routingSample(routing);
  const summary = summaryOf(routing, sample);
  const lines = [title, summary, loads(sample), ...choices(sample, routing.numTokens)];
  return {
    ...pictureForms(routingPicture(sample, { title, summary })),
    'text/plain': lines.join('\n')
  };
}

function titleOf(routing: Routing): string {
  const { form, numTokens, numExperts } = routing;
  const each = form === 'sparse' ? `, K = ${routing.k}` : form === 'slots' ? `, S = ${routing.slots}` : '';
  return `routing (${form}): ${numTokens} tokens to ${numExperts} experts${each}`;
}

function summaryOf(routing: Routing, { load }: RoutingSample): string {
  if (!load.every((count) => Number.isFinite(count) && count >= 0)) {
    return 'load: not of finite numbers of at least 0';
  }
  const k = routing.form === 'sparse' ? routing.k : routing.numExperts;
  const metrics = loadMetrics(load, { k });
  // NaN where no expert is in use.
  const [maxVio, effective, dead] = [metrics.maxVio, metrics.effectiveExperts, metrics.deadFraction].map((value) =>
    Number.isNaN(value) ? null : value
  );
  return `load: MaxVio ${decimals(maxVio)}, in use ${percent(effective)}, dead ${percent(dead)}`;
}

function loads({ load }: RoutingSample): string {
  const shown = load.slice(0, MOST_LOADS).map((count) => significant(count));
  return `tokens of each expert: ${shown.join(' ')}${load.length > MOST_LOADS ? ' ...' : ''}`;
}

function choices({ weights }: RoutingSample, numTokens: number): string[] {
  const shown = weights.slice(0, MOST_TOKENS).map((row, token) => `token ${token}: ${expertsOf(row)}`);
  return numTokens > MOST_TOKENS ? [...shown, `and ${numTokens - MOST_TOKENS} more tokens`] : shown;
}

/** The experts of a token, the heaviest first: "3 (0.7), 0 (0.3)". */
function expertsOf(row: readonly number[]): string {
  const chosen = row.flatMap((weight, expert) => (weight === 0 ? [] : [{ weight, expert }]));
  if (chosen.length === 0) {
    return 'none';
  }
  const sorted = chosen.sort((a, b) => b.weight - a.weight).slice(0, MOST_EXPERTS);
  const named = sorted.map(({ weight, expert }) => `${expert} (${significant(weight)})`);
  return named.join(', ') + (chosen.length > MOST_EXPERTS ? `, and ${chosen.length - MOST_EXPERTS} more` : '');
}
