import { expectInteger } from '../../../base/core';
import { realCoupling } from '../../../base/math/clebschGordan';

/** Products of the components of one set of harmonics that turn as a degree does. */
export interface SymmetricProducts {
  /** Components, ascending, whose product each monomial is, [Q][order]; places among the (lMax + 1)^2 of all degrees. */
  monomials: number[][];
  /** Independent sets of 2 degree + 1 sums of monomials, [sets][2 degree + 1][Q]. */
  sets: Float64Array[][];
}

/** Sums of monomials by their components, one for each m. */
interface Partial {
  last: number;
  degree: number;
  sums: Map<string, Float64Array>;
}

const known = new Map<string, SymmetricProducts>();

/**
 * Symmetric products of harmonics (the basis of the atomic cluster expansion and of MACE, arXiv 2206.07697): all ways, and no two that depend on each other, in which the product of `order` copies of what turns as degrees 0..lMax is of one
 * degree, by repeated Clebsch-Gordan coupling; of natural parity, so that a reflection turns them as it does harmonics. Order and lMax 2, degree 0, say: one set for each degree, its squares.
 *
 * @throws {SwitchyardError} where lMax or degree are not 0..4, or the order is not 1..4.
 */
export function symmetricProducts(lMax: number, order: number, degree: number): SymmetricProducts {
  const where = 'graph.symmetricProducts';
  Object.entries({ lMax, degree }).forEach(([name, value]) => expectInteger(where, name, value, 0, 4));
  expectInteger(where, 'order', order, 1, 4);
  const key = `${lMax},${order},${degree}`;
  const found = known.get(key) ?? independent(coupled(lMax, order), degree);
  known.set(key, found);
  return found;
}

/** Couplings of so many factors, whose degrees ascend, by all degrees between. */
function coupled(lMax: number, order: number): Partial[] {
  let partials: Partial[] = Array.from({ length: lMax + 1 }, (_, l) => ({
    ...{ last: l, degree: l },
    sums: new Map(Array.from({ length: 2 * l + 1 }, (_, m) => [`${l * l + m}`, Float64Array.from({ length: 2 * l + 1 }, (_, at) => Number(at === m))])) // prettier-ignore
  }));
  for (let factor = 2; factor <= order; factor++) {
    partials = partials.flatMap((partial) => {
      const more: Partial[] = [];
      for (let l = partial.last; l <= lMax; l++) {
        for (let degree = Math.abs(l - partial.degree); degree <= l + partial.degree; degree++) {
          more.push(extended(partial, l, degree));
        }
      }
      return more;
    });
  }
  return partials;
}

function extended({ degree: before, sums }: Partial, l: number, degree: number): Partial {
  const coupling = realCoupling(before, l, degree);
  const out = new Map<string, Float64Array>();
  sums.forEach((values, key) => {
    const places = key.split(',').map(Number);
    for (let m = 0; m <= 2 * l; m++) {
      const name = [...places, l * l + m].sort((a, b) => a - b).join();
      const into = out.get(name) ?? new Float64Array(2 * degree + 1);
      values.forEach((value, at) => coupling[at][m].forEach((c, to) => (into[to] += value * c)));
      out.set(name, into);
    }
  });
  return { last: l, degree, sums: out };
}

/** Those of a degree and of its parity, without what depends on others (Gram and Schmidt). */
function independent(partials: readonly Partial[], degree: number): SymmetricProducts {
  const own = partials.filter((partial) => partial.degree === degree && [...partial.sums.keys()].every((key) => parityOf(key) === degree % 2)); // prettier-ignore
  const names = [...new Set(own.flatMap(({ sums }) => [...sums.keys()]))];
  const place = new Map(names.map((name, i) => [name, i]));
  const width = 2 * degree + 1;
  const kept: Float64Array[] = [];
  own.forEach(({ sums }) => {
    const row = new Float64Array(width * names.length);
    sums.forEach((values, name) => values.forEach((value, m) => (row[m * names.length + place.get(name)!] = value)));
    kept.forEach((other) => {
      const along = row.reduce((sum, value, i) => sum + value * other[i], 0);
      other.forEach((value, i) => (row[i] -= along * value));
    });
    const length = Math.hypot(...row);
    if (length > 1e-6) {
      kept.push(row.map((value) => value / length));
    }
  });
  return {
    monomials: names.map((name) => name.split(',').map(Number)),
    // Each m of a set has one unit of squares.
    sets: kept.map((row) => Array.from({ length: width }, (_, m) => row.slice(m * names.length, (m + 1) * names.length).map((value) => value * Math.sqrt(width)))) // prettier-ignore
  };
}

/** Whether degrees of a monomial add up to an odd number. */
function parityOf(key: string): number {
  return key.split(',').reduce((sum, place) => sum + Math.floor(Math.sqrt(Number(place))), 0) % 2;
}
