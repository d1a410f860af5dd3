import { core, data } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spearman } from '../support/spearman';

const GRID = [1, 2, 3, 4, 5, 6].flatMap((hops) => [0, 0.25, 0.5, 1].map((spread) => ({ hops, spread })));

/** Fewest of the facts that determine the root, by trying all sets. */
function leastEvidence({ facts, leaves, answer }: data.QuestionTree): number {
  const sets = Array.from({ length: 2 ** facts.length }, (_, bits) => facts.filter((_fact, i) => (bits >> i) % 2 === 1)); // prettier-ignore
  return Math.min(...sets.filter((some) => data.rootOf(leaves, some) === answer).map((some) => some.length));
}

/** Whether who reads the chunks with a name of the question and three to either side, and overlooks one in eight, has all that is needed. */
function retrieved({ chunks, leaves, facts }: data.QuestionTree, next: () => number): boolean {
  const hits = chunks.flatMap((text, chunk) => (leaves.some((leaf) => text.startsWith(leaf)) ? [chunk] : []));
  return facts.every(({ chunk }) => next() > 1 / 8 && hits.some((hit) => Math.abs(hit - chunk) <= 3));
}

describe('MHTS', () => {
  test('[mhts] as many facts are needed as hops are asked for, no fewer, and they lie as far apart as is said', () => {
    GRID.forEach(({ hops, spread }, seed) => {
      const tree = data.questionTree({ hops, spread, seed });
      expect(leastEvidence(tree)).toBe(hops);
      expect(tree.facts).toHaveLength(hops);
      const places = tree.facts.map(({ chunk }) => chunk).sort((a, b) => a - b);
      expect(new Set(places).size).toBe(hops);
      const wanted = hops === 1 ? 0 : Math.max(hops - 1, Math.round(spread * 39));
      expect(places[hops - 1] - places[0]).toBe(wanted);
      expect(tree.spread).toBeCloseTo(wanted / 39, 12);
      expect(tree.difficulty).toBeCloseTo(hops * (1 + wanted / 39), 12);
      tree.facts.forEach(({ child, candidates, chunk }) => expect(tree.chunks[chunk]).toBe(`${child} belongs to ${candidates.join(' or ')}.`)); // prettier-ignore
      expect(tree.chunks).toHaveLength(40);
    });
  });

  test('[mhts] what follows by hand: two children leave one candidate, one of them two', () => {
    const facts = [{ child: 'a', candidates: ['p', 'x'] }, { child: 'b', candidates: ['y', 'p'] }, { child: 'p', candidates: ['root'] }]; // prettier-ignore
    expect(data.rootOf(['a', 'b'], facts)).toBe('root');
    expect(data.rootOf(['a', 'b'], facts.slice(0, 2))).toBe('p');
    expect(data.rootOf(['a', 'b'], facts.slice(1))).toBeNull();
    expect(data.rootOf(['a', 'b'], [])).toBeNull();
  });

  test('[mhts] a reader who takes what is near to the names of the question is right the less often the harder it is', () => {
    const next = core.Random.fromSeed(1).generator();
    const cells = GRID.map(({ hops, spread }) => {
      const trees = Array.from({ length: 60 }, (_, seed) => data.questionTree({ hops, spread, seed }));
      return { difficulty: trees[0].difficulty, accuracy: trees.filter((tree) => retrieved(tree, next)).length / 60 };
    });
    const found = spearman(cells.map(({ difficulty }) => difficulty), cells.map(({ accuracy }) => accuracy)); // prettier-ignore
    expect(found).toBeLessThan(-0.8);
  });

  test('[mhts] what is refused', () => {
    expect(() => data.questionTree({ hops: 0, spread: 0 })).toThrow('data.questionTree: hops must be an integer of at least 1, got 0'); // prettier-ignore
    expect(() => data.questionTree({ hops: 5, spread: 0, chunks: 4 })).toThrow('data.questionTree: chunks must be an integer of at least 5, got 4'); // prettier-ignore
    expect(() => data.questionTree({ hops: 5, spread: 2 })).toThrow('data.questionTree: spread must be a number 0..1, got 2'); // prettier-ignore
  });
});
