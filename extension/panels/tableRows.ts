/** @file Rows of a table that change little from one snapshot to the next. */
import { rowElement } from '../base/dom';

/** Rows of one table: those whose words are there already stay, for the browser lays out each that is new. */
export class TableRows {
  /** Shows these rows in a body that nobody else fills. */
  show(body: HTMLTableSectionElement, rows: readonly (readonly string[])[]): void {
    const standing = this._standing;
    const kept = new Map<string, HTMLTableRowElement[]>();
    const shown = rows.map((row) => {
      const words = JSON.stringify(row);
      const node = standing.get(words)?.pop() ?? rowElement(row);
      kept.set(words, [...(kept.get(words) ?? []), node]);
      return node;
    });
    standing.forEach((left) => left.forEach((node) => node.remove()));
    let next = body.firstChild;
    for (const node of shown) {
      if (node === next) {
        next = node.nextSibling;
      } else {
        body.insertBefore(node, next);
      }
    }
    while (next !== null) {
      const after: ChildNode | null = next.nextSibling;
      next.remove();
      next = after;
    }
    this._standing = kept;
  }

  /** Rows that stand, by their words. */
  private _standing = new Map<string, HTMLTableRowElement[]>();
}
