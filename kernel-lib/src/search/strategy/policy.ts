import type { ChoiceValue, Draws, Leaf, Point, Space } from '../space';
import { fromUnit, sizeOf, toUnit } from '../space/scale';

/** Most values of a number that have a probability each; a wider range is divided into as many parts. */
const MOST_VALUES = 32;

/** Logits of each single choice, by its label. */
export type Logits = Record<string, number[]>;

/**
 * A policy over a space: a categorical distribution for each single choice, independent of the others (the controller of NATS-Bench's REINFORCE,
 * arXiv 2009.00437). Of a range of numbers its parts are drawn, and then a value in the part evenly.
 */
export class Policy {
  constructor(private readonly space: Space) {}

  /** All choices even. */
  even(): Logits {
    return Object.fromEntries(this.space.leaves.map((leaf) => [leaf.label, new Array<number>(partsOf(leaf)).fill(0)]));
  }

  /** A point that is drawn; where `fixed` has choices, with those. It may be infeasible. */
  draw(logits: Logits, next: Draws, fixed: Point = {}): Point {
    const drawn = this.space.leaves.map((leaf): [string, ChoiceValue] => {
      const part = pick(probabilities(logits[leaf.label]), next());
      return [leaf.label, valueIn(leaf, part, next())];
    });
    return this.space.complete({ ...Object.fromEntries(drawn), ...fixed }, next);
  }

  /** Logarithm of the probability of a point's choices. */
  logProbability(logits: Logits, point: Point): number {
    return this.chosen(point).reduce((sum, [label, part]) => sum + Math.log(probabilities(logits[label])[part]), 0);
  }

  /**
   * Logits moved by `rate` along the gradient of `weight x log probability + entropyWeight x entropy`, the entropy summed over the point's choices.
   */
  moved(logits: Logits, point: Point, step: { rate: number; weight: number; entropyWeight: number }): Logits {
    const { rate, weight, entropyWeight } = step;
    const changed = this.chosen(point).map(([label, part]) => {
      const p = probabilities(logits[label]);
      const entropy = entropyOf(p);
      const next = logits[label].map((logit, i) => {
        const ofEntropy = p[i] > 0 ? -p[i] * (Math.log(p[i]) + entropy) : 0;
        return logit + rate * (weight * ((i === part ? 1 : 0) - p[i]) + entropyWeight * ofEntropy);
      });
      return [label, next] as const;
    });
    return { ...logits, ...Object.fromEntries(changed) };
  }

  /** Which part of each choice a point has. */
  private chosen(point: Point): [label: string, part: number][] {
    return this.space.leaves.flatMap((leaf): [string, number][] =>
      leaf.label in point ? [[leaf.label, partOf(leaf, point[leaf.label])]] : []
    );
  }
}

/** A softmax. */
export function probabilities(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - most));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((each) => each / sum);
}

/** Entropy of probabilities, in nats. */
export function entropyOf(shares: readonly number[]): number {
  return -shares.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
}

function partsOf({ domain }: Leaf): number {
  return domain.kind === 'categorical' ? domain.values.length : Math.min(MOST_VALUES, sizeOf(domain));
}

function valueIn(leaf: Leaf, part: number, unit: number): ChoiceValue {
  const { domain } = leaf;
  return domain.kind === 'categorical' ? domain.values[part] : fromUnit(domain, (part + unit) / partsOf(leaf));
}

function partOf(leaf: Leaf, value: ChoiceValue): number {
  const { domain } = leaf;
  const parts = partsOf(leaf);
  if (domain.kind === 'categorical') {
    return domain.values.indexOf(value);
  }
  // Values of few integers are a part each; of others the place in the range says which.
  const own = domain.kind === 'integer' && !domain.log && sizeOf(domain) === parts;
  const at = own ? ((value as number) - domain.low) / domain.step : Math.floor(toUnit(domain, value as number) * parts);
  return Math.min(parts - 1, at);
}

function pick(shares: readonly number[], unit: number): number {
  let upTo = 0;
  const at = shares.findIndex((share) => (upTo += share) > unit);
  return at < 0 ? shares.length - 1 : at;
}
