/** @file What the token picture draws its strip with: text for a short one, a canvas for a long one. */
import type { ICell } from '../charts/routing/stripLayout';
import type { IHit } from '../charts/routing/searchTokens';
import type { ITokenStrip } from '../charts/routing/tokenStrip';
import type { ITheme } from '../base/theme';

/** Marks that stand out in a strip. */
export interface IStripMarks {
  /** The cell that the reader is at. */
  cell: ICell;
  /** Places where the searched text was found. */
  hits: readonly IHit[];
  /** Index of the place in view; -1 where there is none. */
  hit: number;
  /** The chosen expert; null where none is. */
  expert: number | null;
  /** Index of the layer whose expert it is. */
  layer: number;
}

export interface ITokenBody {
  readonly node: HTMLElement;
  show(strip: ITokenStrip, theme: ITheme, marks: IStripMarks): void;
  mark(marks: IStripMarks): void;
  /** The cell under the pointer. */
  cellOf(event: MouseEvent): ICell | null;
  /** Scrolls to a cell. */
  reveal(cell: ICell): void;
}

/** For each token 1 where it is in a place found, 2 where it is in the one in view. */
export function hitTokens(count: number, { hits, hit }: IStripMarks): Uint8Array {
  const found = new Uint8Array(count);
  hits.forEach(({ first, last }, i) => found.fill(i === hit ? 2 : 1, first, last + 1));
  return found;
}

/** For each token whether it stays in the background: an expert is chosen and its layer is shown, but sent it elsewhere. */
export function dimmedTokens({ rows }: ITokenStrip, { expert, layer }: IStripMarks): Uint8Array {
  const row = rows.find((each) => each.layer === layer);
  const count = rows[0].experts.length;
  return expert === null || !row
    ? new Uint8Array(count)
    : Uint8Array.from(row.experts, (own) => (own === expert ? 0 : 1));
}
