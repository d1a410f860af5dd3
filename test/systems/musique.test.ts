import { core, data } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const asked = data.multiHop({ questions: 120, seed: 3 });

describe('MuSiQue', () => {
  test('[musique] the answer follows from two to four facts, and from no fewer: without any of them nothing is determined', () => {
    expect(new Set(asked.map(({ relations }) => relations.length))).toEqual(new Set([2, 3, 4]));
    asked.forEach(({ facts, start, relations, answer, support, text }) => {
      expect(data.answerOf(facts, start, relations)).toEqual({ answer, support });
      support.forEach((place) => expect(data.answerOf(facts.filter((_, i) => i !== place), start, relations)).toBeNull()); // prettier-ignore
      // Each hop's answer is what the next asks about.
      support.slice(1).forEach((place, i) => expect(facts[place].subject).toBe(facts[support[i]].object));
      expect(text).toBe(`What is ${relations.reduce((inner, relation) => `the ${relation} of ${inner}`, start)}?`);
      expect(facts[support[0]].text).toBe(`The ${relations[0]} of ${start} is ${facts[support[0]].object}.`);
    }); // prettier-ignore
    // Facts that differ determine nothing.
    const [{ facts, start, relations, support }] = asked;
    const other = { ...facts[support[0]], object: 'Nobody Else' };
    expect(data.answerOf([...facts, other], start, relations)).toBeNull();
  });

  test('[musique] a reader of a single hop, who takes what has the last relation, is right one time in five', () => {
    const next = core.Random.fromSeed(8).generator();
    const right = data.multiHop({ questions: 600, seed: 4 }).filter(({ facts, relations, answer }) => {
      const last = facts.filter(({ relation }) => relation === relations[relations.length - 1]);
      expect(last).toHaveLength(5);
      return last[Math.floor(next() * 5)].object === answer;
    }).length; // prettier-ignore
    expect(Math.abs(right / 600 - 0.2)).toBeLessThan(0.05);
    // The name in the question is in no fact of the last hop, but for one hop.
    asked.forEach(({ facts, start, relations }) => {
      expect(facts.filter(({ relation, subject }) => relation === relations[relations.length - 1] && subject === start)).toHaveLength(0); // prettier-ignore
    });
  });

  test('[musique] a question without an answer differs from its twin in one fact, which that needs', () => {
    const pairs = data.multiHop({ questions: 50, unanswerable: true, seed: 5 });
    expect(pairs).toHaveLength(100);
    for (let i = 0; i < 100; i += 2) {
      const [one, other] = [pairs[i], pairs[i + 1]];
      expect([other.text, other.answer]).toEqual([one.text, null]);
      const gone = one.facts.filter((fact) => !other.facts.includes(fact));
      expect(other.facts).toEqual(one.facts.filter((fact) => fact !== gone[0]));
      expect(one.support.map((place) => one.facts[place])).toContain(gone[0]);
      expect(other.support.map((place) => other.facts[place])).toEqual(one.support.map((place) => one.facts[place]).filter((fact) => fact !== gone[0])); // prettier-ignore
      expect(data.answerOf(other.facts, other.start, other.relations)).toBeNull();
    }
  });

  test('[musique] what an unanswerable twin lacks is any of the facts that are needed, as often the one as the other', () => {
    const pairs = data.multiHop({ questions: 300, hops: [3, 3], unanswerable: true, seed: 6 });
    const places = Array.from({ length: 300 }, (_, i) => {
      const [one, other] = [pairs[2 * i], pairs[2 * i + 1]];
      return one.support.findIndex((place) => !other.facts.includes(one.facts[place]));
    });
    // A hundred each; a standard deviation is 8.
    [0, 1, 2].forEach((hop) => expect(Math.abs(places.filter((place) => place === hop).length - 100)).toBeLessThan(33));
  });

  test('[musique] the same seed gives the same, and what is refused', () => {
    expect(data.multiHop({ questions: 120, seed: 3 })).toEqual(asked);
    expect(() => data.multiHop({ questions: 1, hops: [4, 2] })).toThrow('data.multiHop: hops must be the least and the most, got [4,2]'); // prettier-ignore
    expect(() => data.multiHop({ questions: 1, hops: [2, 9] })).toThrow('data.multiHop: hops must be an integer 1..6, got 9'); // prettier-ignore
    expect(() => data.multiHop({ questions: 1, distractors: 'funny' as never })).toThrow('data.multiHop: distractors must be one of none, lexical, plausibleChain, got funny'); // prettier-ignore
  });
});
