import { printable } from './format';

/** Markup that is ready, beside text that is yet to be escaped. */
export class Markup {
  constructor(readonly source: string) {}
}

/** Content of an element: text, set as text and never parsed, or elements. */
export type Content = string | Markup | readonly Markup[];

/** An element of HTML or SVG; attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Record<string, string | number | undefined> = {},
  content: Content = ''
): Markup {
  const pairs = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const written = pairs.map(([key, value]) => ` ${key}="${escaped(String(value))}"`).join('');
  return new Markup(`<${name}${written}>${sourceOf(content)}</${name}>`);
}

function sourceOf(content: Content): string {
  if (typeof content === 'string') {
    return escaped(content);
  }
  return content instanceof Markup ? content.source : content.map(({ source }) => source).join('');
}

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
