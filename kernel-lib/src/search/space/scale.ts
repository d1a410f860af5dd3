import type { ChoiceValue } from './domain';
import type { Leaf } from './leaf';

type Range = Exclude<Leaf['domain'], { kind: 'categorical' }>;

/** How many values a choice has; Infinity for a range of numbers, 1 where that has one number. */
export function sizeOf(domain: Leaf['domain']): number {
  switch (domain.kind) {
    case 'categorical':
      return domain.values.length;
    case 'integer':
      return (domain.high - domain.low) / domain.step + 1;
    case 'float':
      return domain.low === domain.high ? 1 : Infinity;
  }
}

/** The value of this number, from 0 to the size less 1. */
export function valueAt(domain: Leaf['domain'], index: number): ChoiceValue {
  return domain.kind === 'categorical'
    ? domain.values[index]
    : domain.low + (domain.kind === 'integer' ? index * domain.step : 0);
}

/** The value at a place in [0, 1): evenly over the values, or over their logarithm. */
export function fromUnit(domain: Leaf['domain'], unit: number): ChoiceValue {
  const inside = Math.min(Math.max(unit, 0), 1);
  if (domain.kind === 'float') {
    return Math.min(domain.high, Math.max(domain.low, between(domain, inside)));
  }
  const size = sizeOf(domain);
  if (domain.kind === 'integer' && domain.log) {
    // Half a step beyond both ends, so that the first and the last integer are as likely as their share of the logarithm.
    const wide = { ...domain, low: domain.low - 0.5, high: domain.high + 0.5 };
    return Math.min(domain.high, Math.max(domain.low, Math.round(between(wide, inside))));
  }
  return valueAt(domain, Math.min(size - 1, Math.floor(inside * size)));
}

/** Place of a value in 0..1, by which values are compared: 0 the lowest, 1 the highest. */
export function toUnit(domain: Range, value: number): number {
  const { low, high, log } = domain;
  if (low === high) {
    return 0;
  }
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** The value that {@link toUnit} gives this place, or the nearest. */
export function atUnit(domain: Range, unit: number): number {
  const raw = between(domain, Math.min(Math.max(unit, 0), 1));
  const { low, high } = domain;
  const value = domain.kind === 'float' ? raw : low + Math.round((raw - low) / domain.step) * domain.step;
  return Math.min(high, Math.max(low, value));
}

function between({ low, high, log }: Pick<Range, 'low' | 'high' | 'log'>, unit: number): number {
  return log ? low * (high / low) ** unit : low + unit * (high - low);
}
