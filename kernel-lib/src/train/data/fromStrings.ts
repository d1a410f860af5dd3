import { fail, Random } from '../../base/core';
import { Corpus } from './corpus';
import { expectDomains, resolveCorpusOptions } from './options';
import type { CorpusOptions } from './options';
import { hashTexts } from './pick';
import { split } from './split';

/**
 * Your own texts by domain; each string counts as a file, and whole files are put aside for validation.
 *
 * @throws {SwitchyardError} where a domain has no text, or only one and `validation` is not 0.
 */
export function fromStrings(texts: Readonly<Record<string, readonly string[]>>, options: CorpusOptions = {}): Corpus {
  const where = 'data.fromStrings';
  const { validation, seed, tokenizer } = resolveCorpusOptions(where, options);
  const domains = Object.keys(texts);
  expectDomains(where, domains);
  const least = validation === 0 ? 1 : 2;
  const named = Object.fromEntries(
    domains.map((domain) => {
      const given: unknown = texts[domain];
      if (!Array.isArray(given) || given.some((text) => typeof text !== 'string')) {
        fail(where, `"${domain}" must be a list of strings`, typeof given);
      }
      const filled = texts[domain].filter((text) => text !== '');
      if (filled.length < least) {
        const why = least === 2 ? ' (one is put aside for validation, but with `validation: 0`)' : '';
        fail(where, `"${domain}" must have at least ${least} texts that are not empty${why}`, filled.length);
      }
      return [domain, filled.map((text, i) => ({ name: String(i), text }))];
    })
  );
  const random = Random.fromSeed(seed).child('text');
  const splits = domains.map((domain) => [
    domain,
    split(named[domain], validation, random.child(domain).child('split'))
  ]);
  return new Corpus(Object.fromEntries(splits), tokenizer, hashTexts(named));
}
