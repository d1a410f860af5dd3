import { core, data } from '@switchyard/kernel-lib';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Planted text: each domain has its own words, and each word its own few followers. The same each time. */
export function makeLanguage({ domains = 4, words = 40, texts = 12, seed = 0 } = {}): data.Corpus {
  const random = core.Random.fromSeed(seed);
  const make = (domain: number): string[] => {
    const next = random.child(domain).generator();
    const pick = (n: number) => Math.floor(next() * n);
    const word = () => Array.from({ length: 2 + pick(5) }, () => LETTERS[pick(LETTERS.length)]).join('');
    const lexicon = Array.from({ length: words }, word);
    const followers = lexicon.map(() => Array.from({ length: 3 }, () => pick(words)));
    const text = () => {
      const out: string[] = [];
      for (let at = pick(words); out.length < 300; at = followers[at][pick(3)]) {
        out.push(lexicon[at]);
      }
      return out.join(' ');
    };
    return Array.from({ length: texts }, text);
  };
  return data.fromStrings(Object.fromEntries(Array.from({ length: domains }, (_, d) => [`domain ${d}`, make(d)])));
}
