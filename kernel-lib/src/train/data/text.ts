import { expectInteger, expectOneOf, fail, Random } from '../../base/core';
import { Corpus } from './corpus';
import { expectDomains, resolveCorpusOptions } from './options';
import type { CorpusOptions } from './options';
import { json, typescript } from './packages';
import { hashTexts, pick } from './pick';
import type { NamedText } from './pick';
import { prose } from './prose';
import { python } from './python';
import type { SourceOptions } from './source';
import { split } from './split';

const SOURCES = { prose, python, typescript, json };

/** A kind of text that is found on the machine. */
export type Domain = keyof typeof SOURCES;

export interface TextOptions extends CorpusOptions, SourceOptions {
  /** Bytes read of each domain at most. Default 2 000 000. */
  bytesPerDomain?: number;
}

/**
 * Real text of this machine, read when it is called: `prose` (the language reference that Python carries), `python`
 * (its standard library), `typescript` and `json` (the npm packages that the library itself brings, `TEXT_PACKAGES`: what
 * else is installed changes nothing). Files are chosen and split into training and validation by `seed`; `hash` says what
 * exactly was read, `packages` from which versions. `prose` and `python` differ from one version of Python to the next.
 *
 * @throws {SwitchyardError} for an unknown domain, where a package is not installed, and where a domain has no text, with
 * where it looked and what to install.
 */
export async function text(
  domains: readonly Domain[] = ['prose', 'python', 'typescript'],
  options: TextOptions = {}
): Promise<Corpus> {
  const { validation, seed, tokenizer } = resolveCorpusOptions('data.text', options);
  const { bytesPerDomain = 2_000_000 } = options;
  expectInteger('data.text', 'bytesPerDomain', bytesPerDomain, 1);
  expectDomains('data.text', domains);
  domains.forEach((domain) => expectOneOf('data.text', 'domain', domain, Object.keys(SOURCES)));
  const random = Random.fromSeed(seed).child('text');
  const texts: Record<string, NamedText[]> = {};
  const packages: Record<string, string> = {};
  for (const domain of domains) {
    const source = SOURCES[domain];
    const { files, where, ...listing } = await source.list(options);
    Object.assign(packages, listing.packages);
    texts[domain] = await pick(files, bytesPerDomain, random.child(domain).child('pick'));
    if (texts[domain].length < 2) {
      fail('data.text', `"${domain}" needs at least 2 files in ${where}: ${source.remedy}`, texts[domain].length);
    }
  }
  const splits = domains.map((domain) => [
    domain,
    split(texts[domain], validation, random.child(domain).child('split'))
  ]);
  return new Corpus(Object.fromEntries(splits), tokenizer, hashTexts(texts), packages);
}
