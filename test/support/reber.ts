import { core, tf } from '@switchyard/kernel-lib';

/** Symbols of Reber's grammar (1967), and one that pads in front. */
const SYMBOLS = 'BTPSXVE';
export const VOCABULARY = SYMBOLS.length + 1;
/** Symbols of a padded string. */
export const LENGTH = 16;

/** Ways on from each state: the symbol, and the state that it leads to. */
const WAYS: readonly (readonly [string, number])[][] = [
  [['B', 1]], [['T', 2], ['P', 3]], [['S', 2], ['X', 4]], [['T', 3], ['V', 5]], [['X', 3], ['S', 6]], [['P', 4], ['V', 6]], [['E', 7]]
]; // prettier-ignore

/** Whether a string is one of the grammar's. */
export function isReber(text: string): boolean {
  let state = 0;
  for (const symbol of text) {
    const way = (WAYS[state] ?? []).find(([own]) => own === symbol);
    if (way === undefined) {
      return false;
    }
    state = way[1];
  }
  return state === WAYS.length;
}

/** Strings of the grammar, and as many with one symbol changed so that they are none; at most {@link LENGTH} symbols. */
export function reberStrings(count: number, seed: number): { texts: string[]; labels: number[] } {
  const next = core.Random.fromSeed(seed).child('reber').generator();
  const draw = <T>(of: ArrayLike<T>): T => of[Math.floor(next() * of.length)];
  const texts: string[] = [];
  while (texts.length < count) {
    let [text, state] = ['', 0];
    while (state < WAYS.length) {
      const [symbol, to] = draw(WAYS[state]);
      [text, state] = [text + symbol, to];
    }
    if (text.length <= LENGTH) {
      texts.push(texts.length % 2 === 0 ? text : broken(text, draw));
    }
  }
  return { texts, labels: texts.map((_, i) => 1 - (i % 2)) };
}

function broken(text: string, draw: <T>(of: ArrayLike<T>) => T): string {
  for (;;) {
    const at = draw(Array.from(text, (_, i) => i));
    const changed = text.slice(0, at) + draw(SYMBOLS) + text.slice(at + 1);
    if (!isReber(changed)) {
      return changed;
    }
  }
}

/** The strings as symbols by number, padded in front; int32 [n, LENGTH]. */
export function reberInputs(texts: readonly string[]): tf.Tensor2D {
  const rows = texts.map((text) => [...text.padStart(LENGTH)].map((symbol) => SYMBOLS.indexOf(symbol) + 1));
  return tf.tensor2d(rows, [texts.length, LENGTH], 'int32');
}
