/** A language of its own, in which every translated text stands in brackets: what stands outside was not translated. */
import type { TranslationBundle } from '@jupyterlab/translation';

type Values = readonly (string | number)[];

/** What is filled in stands outside: it may need a translation of its own. */
function filled(text: string, values: Values): string {
  return `⟦${text.replace(/%(\d+)/g, (_, n: string) => `⟧${values[Number(n) - 1]}⟦`)}⟧`;
}

export const marked = {
  __: (text: string, ...values: Values) => filled(text, values),
  _n: (one: string, many: string, n: number, ...values: Values) => filled(n === 1 ? one : many, [n, ...values]),
  _p: (_: string, text: string, ...values: Values) => filled(text, values)
} as unknown as TranslationBundle;

/** The words of a text that were not translated, but for Greek ones: see {@link inGreek}. Numbers like 4.5e-4 and 2 M are none. */
export function untranslated(text: string): string {
  let rest = text.replace(/<[^>]*>|&\w+;|%\{[^}]*\}|\d(e-?\d| [kMGT]\b)/g, ' ');
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest.replace(/⟦[^⟦⟧]*⟧/g, ' ');
  }
  return /[a-z]/i.test(rest) ? rest.trim() : '';
}

/** Not names that somebody gave, but words of the contract; and choices packed as base64. */
const WORDS = ['kind', 'status', 'schemaVersion', 'mode', 'better', 'state'];

const PACKED = /^[\w+/]{64,}=*$/;

/** A payload whose names and texts are Greek: what is English in its pictures is the extension's own. */
export function inGreek<T>(value: T, key = ''): T {
  if (typeof value === 'string') {
    return (WORDS.includes(key) || PACKED.test(value) ? value : greek(value)) as T;
  }
  if (Array.isArray(value)) {
    return value.map((each: unknown) => inGreek(each, key)) as T;
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const named = (name: string): string => (['scalars', 'parameters'].includes(key) ? greek(name) : name);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [named(name), inGreek(part, name)])) as T;
}

function greek(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => 'αβγδεζηθικλμνξοπρστυφχψωςϑ'[letter.toLowerCase().charCodeAt(0) - 97]);
}

/** All texts within a value; of a figure, those under the keys that are drawn. */
export function textsOf(value: unknown, drawn?: readonly string[]): string[] {
  if (typeof value === 'string') {
    return drawn === undefined ? [value] : [];
  }
  const parts = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return parts.flatMap(([key, part]) => textsOf(part, drawn?.includes(key) ? undefined : drawn));
}

/** Keys of a plotly figure whose texts are drawn. */
export const DRAWN = ['text', 'hovertext', 'hovertemplate', 'texttemplate', 'name', 'ticktext', 'label', 'ticksuffix'];

const SAID = [
  'title',
  'aria-label',
  'aria-description',
  'aria-valuetext',
  'aria-roledescription',
  'placeholder',
  'alt'
];

/** What a page says to its reader: text, and the attributes that are shown or read out. */
export function said(root: Element): string[] {
  const all = [root, ...root.querySelectorAll('*')];
  const texts = all.flatMap((node) => [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE));
  const attributes = all.flatMap((node) => SAID.map((name) => node.getAttribute(name) ?? ''));
  return [...texts.map((node) => node.textContent ?? ''), ...attributes];
}
