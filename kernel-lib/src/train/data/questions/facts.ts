/** One fact: the relation of a subject is an object. */
export interface Fact {
  subject: string;
  relation: string;
  object: string;
  /** The fact as a sentence. */
  text: string;
}

/** A fact of three names. */
export function factOf(subject: string, relation: string, object: string): Fact {
  return { subject, relation, object, text: `The ${relation} of ${subject} is ${object}.` };
}

const FIRST = ['Alba', 'Bren', 'Cora', 'Dorn', 'Elva', 'Falk', 'Gera', 'Hark', 'Ines', 'Jorn', 'Kara', 'Lund', 'Mara', 'Nord', 'Oder', 'Pera']; // prettier-ignore
const SECOND = ['Ashby', 'Berg', 'Calder', 'Dale', 'Eck', 'Fenn', 'Graves', 'Holt', 'Isen', 'Jarl', 'Kell', 'Lowe', 'Moor', 'Ness', 'Orme', 'Pike', 'Quill', 'Rook', 'Stone', 'Thorne']; // prettier-ignore

/** Names of two words, each given once; a first word may be asked for. After {@link FIRST} x {@link SECOND} of them numbers follow. */
export class Names {
  private readonly taken = new Set<string>();

  constructor(private readonly next: () => number) {}

  draw(first?: string): string {
    for (let round = 0; ; round++) {
      const pick = (words: readonly string[]): string => words[Math.floor(this.next() * words.length)];
      const name = `${first ?? pick(FIRST)} ${pick(SECOND)}${round < 50 ? '' : ` ${round}`}`;
      if (!this.taken.has(name)) {
        this.taken.add(name);
        return name;
      }
    }
  }
}
