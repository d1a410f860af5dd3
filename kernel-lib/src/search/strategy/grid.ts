import { expectInteger } from '../../base/core';
import type { Domain, Leaf, Point, Space } from '../space';
import { atUnit } from '../space/scale';
import { eachPoint } from '../space/countPoints';
import { strategies } from './strategy';
import type { Proposal, Searcher, Setting, Strategy } from './strategy';

/** Options of `nas.grid`. */
export interface GridOptions {
  /** Values of a range of numbers, its ends among them. Default 5. */
  points?: number;
}

/** Grid search: every candidate once, the last choice moving fastest; of ranges of numbers so many values. */
export function grid({ points = 5 }: GridOptions = {}): Strategy {
  expectInteger('nas.grid', 'points', points, 1);
  return {
    kind: 'grid',
    options: { points },
    start: (setting, saved) => new GridSearcher(setting, points, (saved as { given: number } | undefined)?.given ?? 0)
  };
}

class GridSearcher implements Searcher {
  private given = 0;
  private readonly walk: Generator<Point>;

  constructor(setting: Setting, points: number, given: number) {
    this.walk = cells(setting.space, points);
    while (this.given < given) {
      this.ask();
    }
  }

  ask(): Proposal | 'done' {
    const next = this.walk.next();
    if (next.done === true) {
      return 'done';
    }
    this.given++;
    return { point: next.value };
  }

  tell(): void {
    // The order is fixed.
  }

  save(): { given: number } {
    return { given: this.given };
  }
}

function* cells(space: Space, points: number): Generator<Point> {
  const seen = new Set<string>();
  for (const cell of eachPoint(space.leaves.map((leaf) => stepped(leaf, points)))) {
    const point = Object.fromEntries(
      space.leaves.flatMap(({ label, domain }) =>
        !(label in cell)
          ? []
          : [
              [
                label,
                domain.kind === 'float'
                  ? atUnit(domain, (cell[label] as number) / Math.max(1, points - 1))
                  : cell[label]
              ]
            ]
      )
    );
    const hash = space.hash(point);
    if (!seen.has(hash) && space.isFeasible(point)) {
      seen.add(hash);
      yield point;
    }
  }
}

/** A range of numbers as so many places. */
function stepped(leaf: Leaf, points: number): Leaf {
  const { domain } = leaf;
  const places: Domain = { kind: 'integer', low: 0, high: points - 1, step: 1, log: false };
  return domain.kind === 'float' ? { ...leaf, domain: places } : leaf;
}

strategies.register('grid', grid);
