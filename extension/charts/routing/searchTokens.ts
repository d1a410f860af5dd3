/** @file Finding a text in a sample of tokens, wherever the tokens are cut. */

/** Consecutive tokens that hold one place where the text was found; `last` is among them. */
export interface IHit {
  first: number;
  last: number;
}

/** All places where `query` is found, in order, without overlaps; upper and lower case are the same. */
export function searchTokens(texts: readonly string[], query: string): IHit[] {
  const wanted = query.toLowerCase();
  if (wanted === '') {
    return [];
  }
  // Lower case may have another length: places are counted in the text that is searched.
  const pieces = texts.map((text) => text.toLowerCase());
  const ends: number[] = [];
  pieces.reduce((end, piece, i) => (ends[i] = end + piece.length), 0);
  const whole = pieces.join('');
  const hits: IHit[] = [];
  let first = 0;
  for (let at = whole.indexOf(wanted); at >= 0; at = whole.indexOf(wanted, at + wanted.length)) {
    while (ends[first] <= at) {
      first++;
    }
    let last = first;
    while (ends[last] < at + wanted.length) {
      last++;
    }
    hits.push({ first, last });
  }
  return hits;
}
