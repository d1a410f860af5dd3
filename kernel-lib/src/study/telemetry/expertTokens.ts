import type { LayerRouting } from '../../protocol';
import { TOKEN_CLASSES, tokenClass } from '../../train/data';
import { shares } from './layerRouting';
import type { TokenCounts } from './tokenCounts';

/** Tokens that are named for an expert. */
const TOP_TOKENS = 5;

/** Classes that a token can have by its text alone. */
export const CLASSES: readonly string[] = TOKEN_CLASSES.filter((name) => name !== 'wordStart');

/** The text of each token of the vocabulary and its class, found once. */
export class Vocabulary {
  private readonly known = new Map<number, { text: string; group: number }>();

  constructor(private readonly decode: (token: number) => string) {}

  /** Text, and class as an index into {@link CLASSES}. */
  of(token: number): { text: string; group: number } {
    let entry = this.known.get(token);
    if (entry === undefined) {
      const text = this.decode(token);
      entry = { text, group: CLASSES.indexOf(tokenClass(text)) };
      this.known.set(token, entry);
    }
    return entry;
  }
}

/** Tokens that each expert is sent, over the latest steps: its most frequent ones, and each token class by expert. */
export function expertTokens(
  tokens: TokenCounts,
  numExperts: number,
  vocabulary: Vocabulary
): Pick<LayerRouting, 'topTokens' | 'classLoad'> {
  const seen = tokens.read();
  if (seen === null) {
    return {};
  }
  const classes = CLASSES.map(() => new Float64Array(numExperts));
  const top = Array.from({ length: numExperts }, () => new TopTokens());
  for (let token = 0; token < seen.routed.length; token++) {
    if (seen.routed[token] > 0) {
      const own = classes[vocabulary.of(token).group];
      const first = token * numExperts;
      for (let e = 0; e < numExperts; e++) {
        const count = seen.counts[first + e];
        if (count > 0) {
          own[e] += count;
          top[e].add(token, count);
        }
      }
    }
  }
  return { topTokens: top.map((each) => each.shares(vocabulary)), classLoad: classes.map(shares) };
}

/** The most frequent tokens of one expert; of equal ones the first of the vocabulary. */
class TopTokens {
  private total = 0;
  /** Count that none is kept up to. */
  private least = 0;
  private readonly best: { token: number; count: number }[] = [];

  add(token: number, count: number): void {
    this.total += count;
    const { best } = this;
    if (count <= this.least) {
      return;
    }
    const after = best.findIndex((other) => other.count < count);
    best.splice(after < 0 ? best.length : after, 0, { token, count });
    best.length = Math.min(best.length, TOP_TOKENS);
    this.least = best.length === TOP_TOKENS ? best[TOP_TOKENS - 1].count : 0;
  }

  shares(vocabulary: Vocabulary): { text: string; share: number }[] {
    return this.best.map(({ token, count }) => ({ text: vocabulary.of(token).text, share: count / this.total }));
  }
}
