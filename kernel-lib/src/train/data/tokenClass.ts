/** Class of text that a token is of; see {@link tokenClass}. */
export type TokenClass = 'wordStart' | 'letter' | 'keyword' | 'digit' | 'space' | 'punctuation' | 'other';

/** All classes, in the order that tables show. */
export const TOKEN_CLASSES: readonly TokenClass[] = [
  ...(['wordStart', 'letter', 'keyword', 'digit', 'space', 'punctuation', 'other'] as const)
];

// Reserved in Python (3.11, with the soft ones) or in TypeScript; in prose some of them are plain words.
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break case catch class const constructor continue debugger declare def default ' +
    'del delete do elif else enum except export extends false finally for from function get global if implements import in ' +
    'instanceof interface is keyof lambda let match namespace new nonlocal not null or pass private protected public raise ' +
    'readonly return set static super switch this throw true try type typeof undefined var void while with yield'
  ).split(' ')
);

// Signs by which `Tokenizer.decode` shows tab, line feed and carriage return.
const SHOWN_SPACE = /^[\s⇥↵␍]+$/u;

/**
 * The class of a token by its text alone, as `TextData.decode` gives it: a word that Python or TypeScript reserves, letters, digits,
 * white space, punctuation and symbols, or other (mixtures, bytes that are no character). White space around it does not
 * count. Of tokens in a row {@link tokenClasses} knows more.
 */
export function tokenClass(text: string): Exclude<TokenClass, 'wordStart'> {
  const core = text.trim();
  if (core === '' ? text !== '' : SHOWN_SPACE.test(core)) {
    return 'space';
  }
  if (KEYWORDS.has(core)) {
    return 'keyword';
  }
  if (/^\p{L}+$/u.test(core)) {
    return 'letter';
  }
  if (/^\p{N}+$/u.test(core)) {
    return 'digit';
  }
  return /^[\p{P}\p{S}]+$/u.test(core) && !/^\\x[0-9a-f]{2}$/.test(core) ? 'punctuation' : 'other';
}

/**
 * The classes of tokens in a row: a keyword may be spelt over several tokens, each of which then is one, and the first letter of a word
 * is a "wordStart" (whole words as well). A word cut off by either end counts as what is left of it.
 */
export function tokenClasses(texts: readonly string[]): TokenClass[] {
  const classes: TokenClass[] = texts.map(tokenClass);
  let from = 0;
  while (from < texts.length) {
    const to = endOfName(texts, from);
    const keyword = KEYWORDS.has(texts.slice(from, to).join('').trim());
    for (let at = from; at < to; at++) {
      classes[at] = keyword ? 'keyword' : inName(classes, at, from);
    }
    from = Math.max(to, from + 1);
  }
  return classes;
}

// Names in code run over digits and underscores: "for" in "for_each" is no keyword. White space before a token parts it from the last.
function endOfName(texts: readonly string[], from: number): number {
  let to = from;
  while (to < texts.length && (to === from ? /^\s?[\p{L}\p{N}_]+$/u : /^[\p{L}\p{N}_]+$/u).test(texts[to])) {
    to++;
  }
  return to;
}

function inName(classes: readonly TokenClass[], at: number, from: number): TokenClass {
  const own = classes[at] === 'keyword' ? 'letter' : classes[at];
  const before = at === from ? null : classes[at - 1];
  return own === 'letter' && before !== 'letter' && before !== 'wordStart' ? 'wordStart' : own;
}
