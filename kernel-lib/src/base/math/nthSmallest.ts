/**
 * The value that would stand at place n, from 0, were the values sorted; by quickselect (Hoare 1961), in a time that grows as their number. The array is
 * rearranged; NaN must not be among them.
 */
export function nthSmallest(values: Float32Array, n: number): number {
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    const pivot = middleOf(values[from], values[(from + to) >> 1], values[to]);
    let [i, j] = [from, to];
    while (i <= j) {
      while (values[i] < pivot) {
        i++;
      }
      while (values[j] > pivot) {
        j--;
      }
      if (i <= j) {
        const kept = values[i];
        values[i++] = values[j];
        values[j--] = kept;
      }
    }
    if (n <= j) {
      to = j;
    } else if (n >= i) {
      from = i;
    } else {
      return values[n];
    }
  }
  return values[n];
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
