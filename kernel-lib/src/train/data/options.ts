import { expectInteger, expectNumber, fail } from '../../base/core';
import { bytes } from './tokenizer';
import type { Tokenizer } from './tokenizer';

/** How texts become a corpus. */
export interface CorpusOptions {
  /** Fraction of each domain's characters, in whole files, that training never sees; 0..0.9. Default 0.1. */
  validation?: number;
  /** Seed of the choice of files and of the split. Default 0. */
  seed?: number;
  /** Default: bytes, 256 tokens. */
  tokenizer?: Tokenizer;
}

/** Checks the options and fills in the defaults. */
export function resolveCorpusOptions(where: string, options: CorpusOptions): Required<CorpusOptions> {
  const { validation = 0.1, seed = 0, tokenizer = bytes() } = options;
  expectNumber(where, 'validation', validation, 0, 0.9);
  expectInteger(where, 'seed', seed, 0);
  return { validation, seed, tokenizer };
}

/** Throws unless `domains` names at least one domain, each once. */
export function expectDomains(where: string, domains: readonly string[]): void {
  if (domains.length === 0 || new Set(domains).size < domains.length) {
    fail(where, 'domains must be at least one, each named once', domains);
  }
}
