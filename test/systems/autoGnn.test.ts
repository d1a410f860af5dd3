import { readFileSync } from 'fs';
import { join } from 'path';
import { gunzipSync } from 'zlib';
import { core, elastic, layers, models, nas, type tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { valuesOf } from '../support/networks';
import { expectNoLeak } from '../support/numeric';

const start = (strategy: nas.Strategy, space: nas.Space, seed: number): nas.Searcher =>
  strategy.start({ space, objectives: 1, random: core.Random.fromSeed(seed), repeats: false, optuna: null });

/** Graph networks of NAS-Bench-Graph on arxiv, and their validation accuracy. */
async function graphNetworks() {
  const file = join(import.meta.dirname, '../parity/fixtures/nasBenchGraph/arxiv.json.gz');
  const { rows } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { rows: [number, number, number][] };
  const { space, evaluate } = await nas.nasBenchGraph({ table: 'arxiv', rows: rows.map(([h, v, t]) => [h, v, t, 0, 0]) }); // prettier-ignore
  const accuracy = (point: nas.Point) => (evaluate({ candidate: space.candidate(point) } as never, {} as never) as unknown as { value: number }).value; // prettier-ignore
  const best = rows.map(([, value]) => value).sort((a, b) => b - a);
  return { space, accuracy, top: best[Math.floor(0.01 * best.length)] };
}

describe('Auto-GNN [auto-gnn]', () => {
  test('small learnt steps come to the best hundredth of graph networks in fewer evaluations than random ones, of ten seeds', async () => {
    const { space, accuracy, top } = await graphNetworks();
    const evaluations = (strategy: nas.Strategy): number =>
      Array.from({ length: 10 }, (_, seed) => {
        const searcher = start(strategy, space, seed);
        for (let id = 0; id < 300; id++) {
          const { point } = searcher.ask(id) as nas.Proposal;
          const value = accuracy(point);
          searcher.tell({ id, point, costs: [-value], violation: 0 });
          if (value >= top) {
            return Math.log(id + 1);
          }
        }
        return Math.log(300);
      }).reduce((sum, each) => sum + each / 10, 0);
    // Of logarithms: less than two thirds of the evaluations.
    expect(evaluations(nas.conservative())).toBeLessThan(evaluations(nas.random()) + Math.log(2 / 3));
  });

  test('each step changes one class of components of the best so far, and what pays is drawn more often', () => {
    const choice = nas.categorical(['a', 'b', 'c', 'd']);
    const space = nas.space({
      activation: choice,
      layers: nas.repeated(3, nas.group({ aggregate: choice, width: choice }))
    });
    // "d" is worth most, everywhere.
    const worth = (point: nas.Point): number => Object.values(point).reduce<number>((sum, value) => sum + 'abcd'.indexOf(value as string), 0); // prettier-ignore
    const searcher = start(nas.conservative({ initial: 3 }), space, 2);
    let best: nas.Point | null = null;
    const kinds = new Set<string>();
    const drawn: string[] = [];
    for (let id = 0; id < 60; id++) {
      const { point, parent } = searcher.ask(id) as nas.Proposal;
      if (parent !== undefined) {
        const changed = Object.keys(point).filter((label) => point[label] !== best![label]);
        const classes = new Set(changed.map((label) => label.replace(/\d/g, '#')));
        expect(classes.size).toBe(1);
        kinds.add([...classes][0]);
        drawn.push(...changed.map((label) => point[label] as string));
      }
      searcher.tell({ id, point, costs: [-worth(point)], violation: 0 });
      best = best === null || worth(point) > worth(best) ? point : best;
    }
    expect(kinds).toEqual(new Set(['activation', 'layers.#.aggregate', 'layers.#.width']));
    expect(worth(best!)).toBe(21);
    // Classes that are decided are left alone: what is least sure is drawn anew.
    const { own } = searcher.save() as { own: { logits: Record<string, number[]> } };
    expect(Object.values(own.logits).some((logits) => Math.max(...logits) === logits[3] && logits[3] > 0.3)).toBe(true);
    expect(drawn.length).toBeGreaterThan(10);
  });

  test('values pass between alike tensors only: of the same path and shape, in the same kinds of modules with the same activation', () => {
    const make = (hidden: number[], activation: 'relu' | 'silu', seed: number) => models.mlp({ inputWidth: 3, hidden, outputWidth: 2, activation, seed }); // prettier-ignore
    const parent = make([4, 5], 'relu', 1);
    const cases: [core.Module, string[]][] = [
      [make([4, 5], 'relu', 2), ['0.weight', '0.bias', '1.weight', '1.bias', '2.weight', '2.bias']],
      [make([4, 6], 'relu', 2), ['0.weight', '0.bias', '2.bias']],
      [make([4, 5], 'silu', 2), []]
    ];
    for (const [child, wanted] of cases) {
      const [before, theirs] = [valuesOf(child), valuesOf(parent)];
      expectNoLeak(() => {
        const { inherited, left } = elastic.inherit(child, parent);
        expect(inherited).toEqual(wanted);
        expect(Object.keys(left)).toEqual(Object.keys(before).filter((path) => !wanted.includes(path)));
      });
      Object.entries(valuesOf(child)).forEach(([path, values]) =>
        expect(values, path).toEqual((wanted.includes(path) ? theirs : before)[path])
      );
      child.dispose();
    }
    // A tensor of another kind of module under the same path and of the same shape.
    const other = models.resnet({ blocks: [1], channels: 4, inputs: 1, classes: 2 });
    const { inherited, left } = elastic.inherit(other, parent);
    expect(inherited).toEqual([]);
    expect(left['head.weight']).toBe('the parent has no such tensor');
    expect(elastic.inherit(make([4, 6], 'relu', 3), parent).left['1.weight']).toBe('its shape is [4, 5]');
    expect(elastic.inherit(make([4, 5], 'silu', 3), parent).left['1.weight']).toBe('the activation of "" is relu');
    const Alike = class extends core.Module {
      readonly kind = 'alike';
      readonly options = { activation: 'relu' };
      readonly first = this.addChild('0', new layers.Linear({ inputWidth: 3, outputWidth: 4, random: core.Random.fromSeed(0) })); // prettier-ignore
      override apply = (x: tf.Tensor): tf.Tensor => x.clone();
    };
    const alike = new Alike();
    expect(elastic.inherit(alike, parent).left).toEqual({ '0.weight': '"" is mlp', '0.bias': '"" is mlp' });
    [parent, other, alike].forEach((each) => each.dispose());
  });

  test('what is refused', () => {
    expect(() => nas.conservative({ learningRate: 0 })).toThrow('nas.conservative: learningRate must be a number of at least'); // prettier-ignore
    expect(() => nas.conservative({ initial: 0 })).toThrow('nas.conservative: initial must be an integer of at least 1, got 0'); // prettier-ignore
  });
});
