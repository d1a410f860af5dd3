import { fail } from '../core';

/**
 * The assignment of rows to columns of least total cost, each column used once (Hungarian method with potentials,
 * O(rows^2 columns)).
 *
 * @param cost - Finite numbers, row by row; [rows * columns].
 * @returns Column of each row; [rows].
 * @throws {SwitchyardError} where there are more rows than columns.
 */
export function hungarian(cost: ArrayLike<number>, rows: number, columns: number): Int32Array {
  if (rows > columns || cost.length !== rows * columns) {
    fail('hungarian', 'cost must be [rows * columns] with rows <= columns', [cost.length, rows, columns]);
  }
  const state: Potentials = {
    ofRow: new Float64Array(rows + 1),
    ofColumn: new Float64Array(columns + 1),
    // Position 0 is a column that is not there: the row that looks for one stands in it.
    rowOf: new Int32Array(columns + 1)
  };
  for (let row = 1; row <= rows; row++) {
    augment(cost, columns, row, state);
  }
  const assigned = new Int32Array(rows);
  state.rowOf.forEach((row, column) => column > 0 && row > 0 && (assigned[row - 1] = column - 1));
  return assigned;
}

interface Potentials {
  ofRow: Float64Array;
  ofColumn: Float64Array;
  rowOf: Int32Array;
}

// Finds the cheapest alternating path from `row` to a free column, and flips it.
function augment(cost: ArrayLike<number>, columns: number, row: number, { ofRow, ofColumn, rowOf }: Potentials): void {
  const slack = new Float64Array(columns + 1).fill(Infinity);
  const previous = new Int32Array(columns + 1);
  const visited = new Uint8Array(columns + 1);
  rowOf[0] = row;
  let column = 0;
  do {
    visited[column] = 1;
    const from = rowOf[column];
    let next = 0;
    let least = Infinity;
    for (let j = 1; j <= columns; j++) {
      if (visited[j] === 0) {
        const reduced = cost[(from - 1) * columns + j - 1] - ofRow[from] - ofColumn[j];
        if (reduced < slack[j]) {
          slack[j] = reduced;
          previous[j] = column;
        }
        if (slack[j] < least) {
          least = slack[j];
          next = j;
        }
      }
    }
    for (let j = 0; j <= columns; j++) {
      if (visited[j] === 1) {
        ofRow[rowOf[j]] += least;
        ofColumn[j] -= least;
      } else {
        slack[j] -= least;
      }
    }
    column = next;
  } while (rowOf[column] !== 0);
  while (column !== 0) {
    rowOf[column] = rowOf[previous[column]];
    column = previous[column];
  }
}
