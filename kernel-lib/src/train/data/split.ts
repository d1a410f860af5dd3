import type { Random } from '../../base/core';
import type { NamedText } from './pick';

/** Texts of a domain: what is trained on and what is only measured. */
export interface Split {
  train: NamedText[];
  validation: NamedText[];
}

/**
 * Puts whole files aside, in an order drawn from `random`, until they hold at least `fraction` of the characters: at
 * least one, and at least one is left to train on. A fraction of 0 puts none aside.
 */
export function split(texts: readonly NamedText[], fraction: number, random: Random): Split {
  const wanted = fraction * texts.reduce((sum, { text }) => sum + text.length, 0);
  const shuffled = random.shuffle(texts);
  const validation: NamedText[] = [];
  let held = 0;
  while (held < wanted && validation.length < shuffled.length - 1) {
    const next = shuffled[validation.length];
    validation.push(next);
    held += next.text.length;
  }
  return { train: shuffled.slice(validation.length), validation };
}
