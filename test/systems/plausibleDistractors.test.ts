import { core, data } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const of = (distractors: 'none' | 'lexical' | 'plausibleChain'): data.MultiHopQuestion[] => data.multiHop({ questions: 200, distractors, seed: 2 }); // prettier-ignore

/** A reader that takes a subject for the one that it looks for where they share a word, follows relations as far as it can, and tries another way where it cannot. */
function read({ facts, start, relations }: data.MultiHopQuestion, next: () => number): string {
  const follow = (at: string, hop: number): string | null => {
    if (hop === relations.length) {
      return at;
    }
    const words = new Set(at.split(' '));
    // After the first hop names are copied, not asked for: they are read whole.
    const near = facts.filter(({ subject, relation }) => relation === relations[hop] && (hop === 0 ? subject.split(' ')[0] === [...words][0] : subject === at)); // prettier-ignore
    const from = Math.floor(next() * near.length);
    for (let i = 0; i < near.length; i++) {
      const found = follow(near[(from + i) % near.length].object, hop + 1);
      if (found !== null) {
        return found;
      }
    }
    return null;
  };
  return follow(start, 0) ?? '';
}

/** Harmonic mean of the shares of words that are right. */
function f1(said: string, answer: string): number {
  const [one, other] = [said.split(' '), answer.split(' ')];
  const both = one.filter((word) => other.includes(word)).length;
  return both === 0 ? 0 : (2 * both) / (one.length + other.length);
}

describe('plausible distractors', () => {
  test('[plausible-distractors] a chain of the same relations leads from a name alike to a wrong answer, and touches nothing of the right chain', () => {
    of('plausibleChain').forEach(({ facts, start, relations, answer, support, distractors }) => {
      const wrong = distractors.map((place) => facts[place]);
      expect(wrong.map(({ relation }) => relation)).toEqual(relations);
      expect(wrong[0].subject).not.toBe(start);
      expect(wrong[0].subject.split(' ')[0]).toBe(start.split(' ')[0]);
      const led = data.answerOf(facts, wrong[0].subject, relations);
      expect(led!.support).toEqual(distractors);
      expect(led!.answer).not.toBe(answer);
      const [theirs, ours] = [wrong, support.map((place) => facts[place])].map((chain) => chain.flatMap(({ subject, object }) => [subject, object])); // prettier-ignore
      expect(theirs.filter((name) => ours.includes(name))).toEqual([]);
      // The question is answered as before.
      expect(data.answerOf(facts, start, relations)!.answer).toBe(answer);
    });
  });

  test('[plausible-distractors] those of words alone are as many and begin as much alike, but lead nowhere', () => {
    of('lexical').forEach(({ facts, start, relations, distractors }) => {
      expect(distractors).toHaveLength(relations.length);
      const [first] = distractors.map((place) => facts[place]);
      expect(first.subject.split(' ')[0]).toBe(start.split(' ')[0]);
      expect(data.answerOf(facts, first.subject, relations)).toBeNull();
    });
    expect(of('none').every(({ distractors }) => distractors.length === 0)).toBe(true);
  });

  test('[plausible-distractors] a reader who goes by words loses more to chains than to words', () => {
    const score = (kind: 'none' | 'lexical' | 'plausibleChain'): number => {
      const next = core.Random.fromSeed(6).generator();
      const all = of(kind);
      return all.reduce((sum, question) => sum + f1(read(question, next), question.answer!), 0) / all.length;
    };
    const [none, lexical, chain] = [score('none'), score('lexical'), score('plausibleChain')];
    expect(lexical).toBeGreaterThan(none - 0.05);
    expect(chain).toBeLessThan(0.7 * none);
    expect(chain).toBeGreaterThan(0.3 * none);
  });
});
