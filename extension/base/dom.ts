/** @file Building DOM without markup: text is always text. */

interface IElementOptions {
  class?: string;
  text?: string;
  attributes?: Record<string, string>;
}

/** Creates an HTML element with class, text, attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: IElementOptions = {},
  ...children: Node[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (options.class) {
    node.className = options.class;
  }
  if (options.text !== undefined) {
    node.textContent = options.text;
  }
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** A table with its columns' names as head, and the first cell of a row as the row's. */
export function tableElement(
  { columns, rows }: { columns: readonly string[]; rows: readonly (readonly string[])[] },
  ...caption: Node[]
): HTMLTableElement {
  const head = element('tr', {}, ...columns.map((text) => element('th', { text, attributes: { scope: 'col' } })));
  return element('table', {}, ...caption, element('thead', {}, head), element('tbody', {}, ...rows.map(rowElement)));
}

/** A row of a table, its first cell the row's name. */
export function rowElement([first, ...rest]: readonly string[]): HTMLTableRowElement {
  const name = element('th', { text: first, attributes: { scope: 'row' } });
  return element('tr', {}, name, ...rest.map((text) => element('td', { text })));
}

/** Fills a `<select>`; leaves it alone where its options are the same, so that an open list stays open. */
export function setOptions(select: HTMLSelectElement, labels: readonly string[], selected: number): void {
  const same = labels.length === select.options.length && labels.every((label, i) => select.options[i].text === label);
  if (!same) {
    select.replaceChildren(...labels.map((label, i) => new Option(label, String(i))));
  }
  if (select.selectedIndex !== selected) {
    select.selectedIndex = selected;
  }
}

/** Sets a node's text where it is another one: what is read out aloud is read once. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Sets a node's children where they are others: what has the focus keeps it. */
export function setChildren(node: HTMLElement, children: readonly Node[]): void {
  if (children.length !== node.childNodes.length || children.some((child, i) => child !== node.childNodes[i])) {
    node.replaceChildren(...children);
  }
}
