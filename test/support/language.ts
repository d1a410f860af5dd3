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

/** One domain of a text with several, over the same vocabulary. */
export function onlyDomain(text: data.TextData, domain: number): data.TextData {
  const { vocabSize, domains } = text;
  const pick = ({ tokens, length, domains: of }: data.Batch, batchSize: number): data.Batch => {
    const kept = Array.from(of.keys()).filter((b) => of[b] === domain);
    const rows = kept.map((b) => Array.from(tokens.subarray(b * (length + 1), (b + 1) * (length + 1))));
    return { tokens: Int32Array.from(rows.flat()), batchSize, length, domains: new Int32Array(batchSize) };
  };
  const more = <T extends { batchSize: number }>(options: T): T => ({
    ...options,
    batchSize: options.batchSize * domains.length
  });
  return {
    ...{ vocabSize, domains: [domains[domain]], decode: (token) => text.decode(token) },
    trainBatch: (options) => pick(text.trainBatch(more(options)), options.batchSize),
    validationBatches: (options) => text.validationBatches(more(options)).map((batch) => pick(batch, options.batchSize))
  };
}
