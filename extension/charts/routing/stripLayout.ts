/** @file Where the tokens of a strip stand: lines of text, with a row of cells for each layer under each line. */

/** A cell of a strip: a token in one of the rows. */
export interface ICell {
  row: number;
  token: number;
}

/** Sizes of a strip, in pixels. */
export interface IStripSizes {
  /** Room on the left for the rows' labels. */
  gutter: number;
  /** Room in all. */
  width: number;
  rows: number;
  textHeight: number;
  rowHeight: number;
  /** Room between lines. */
  gap: number;
}

export interface IStripLayout extends IStripSizes {
  /** Left edge of each token. */
  left: Float64Array;
  widths: readonly number[];
  /** Index of the first token of each line. */
  lines: number[];
  lineHeight: number;
  height: number;
}

/** Breaks tokens of these widths into lines; a token that is wider than a line has one of its own. */
export function layoutStrip(widths: readonly number[], sizes: IStripSizes): IStripLayout {
  const { gutter, width, rows, textHeight, rowHeight, gap } = sizes;
  const left = new Float64Array(widths.length);
  const lines: number[] = [];
  let x = Infinity;
  widths.forEach((own, t) => {
    if (x + own > width) {
      lines.push(t);
      x = gutter;
    }
    left[t] = x;
    x += own;
  });
  const lineHeight = textHeight + rows * rowHeight + gap;
  return { ...sizes, left, widths, lines, lineHeight, height: lines.length * lineHeight };
}

/** The line that a token stands in. */
export function lineOf({ lines }: IStripLayout, token: number): number {
  return lines.filter((first) => first <= token).length - 1;
}

/** The cell at a point; a token's text belongs to its first row. Null between cells. */
export function cellAt(layout: IStripLayout, x: number, y: number): ICell | null {
  const { lines, lineHeight, textHeight, rowHeight, rows, left, widths } = layout;
  const line = Math.floor(y / lineHeight);
  const row = Math.max(0, Math.floor((y - line * lineHeight - textHeight) / rowHeight));
  if (!(line in lines) || row >= rows) {
    return null;
  }
  const end = lines.at(line + 1) ?? widths.length;
  for (let token = lines[line]; token < end; token++) {
    if (x >= left[token] && x < left[token] + widths[token]) {
      return { row, token };
    }
  }
  return null;
}
