import { expectInteger, expectOneOf, fail, given, Random } from '../../../base/core';
import { type Fact, factOf, Names } from './facts';

/** Options of `data.multiHop`. */
export interface MultiHopOptions {
  /** Questions; with `unanswerable` twice as many come out. */
  questions: number;
  /** Least and most hops of a question, 1 to 6. Default [2, 4]. */
  hops?: readonly [least: number, most: number];
  /** Facts with the relation of each hop beside the one that is asked about, of other subjects. Default 4. */
  others?: number;
  /**
   * Facts that tempt a reader: none, some whose first subject has a word of the question's name but that lead nowhere ("lexical"), or a whole chain of the same relations from such a subject to a wrong answer ("plausibleChain").
   * Default "none".
   */
  distractors?: 'none' | 'lexical' | 'plausibleChain';
  /** Whether each question is followed by itself without one of the facts that it needs. Default false. */
  unanswerable?: boolean;
  /** Default 0. */
  seed?: number;
}

/** A question that several facts answer together. */
export interface MultiHopQuestion {
  text: string;
  /** Where the chain begins: the only name that the question has. */
  start: string;
  /** Relations in the order in which they are followed. */
  relations: string[];
  /** Null where a fact is missing. */
  answer: string | null;
  /** Facts in a drawn order, those that are needed among them. */
  facts: Fact[];
  /** Places in `facts` of what is needed, hop by hop. */
  support: number[];
  /** Places of the distractors. */
  distractors: number[];
}

/** Relations, each from the kind of thing that the one before gives. */
const RELATIONS = ['employer', 'seat', 'river', 'source', 'owner', 'patron'];

/**
 * Questions over several hops that are composed of single ones (MuSiQue, arXiv 2108.00573), over made-up facts with names of their own: each hop's answer is what the next asks about, other facts have the same relations so that no
 * single one gives the answer, and a question can be paired with one that lacks a fact. Distractors as of `Seemingly Plausible Distractors in Multi-Hop Reasoning` (2024) lead to a wrong answer by a chain of their own. Facts hold one
 * object for a subject and a relation.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function multiHop(options: MultiHopOptions): MultiHopQuestion[] {
  const where = 'data.multiHop';
  const { questions, hops = [2, 4], others = 4, distractors = 'none', unanswerable = false, seed = 0 } = given(where, options); // prettier-ignore
  expectInteger(where, 'questions', questions, 1);
  hops.forEach((count) => expectInteger(where, 'hops', count, 1, RELATIONS.length));
  if (hops.length !== 2 || hops[0] > hops[1]) {
    fail(where, 'hops must be the least and the most', hops);
  }
  expectInteger(where, 'others', others, 0);
  expectOneOf(where, 'distractors', distractors, ['none', 'lexical', 'plausibleChain']);
  const random = Random.fromSeed(seed).child(where);
  return Array.from({ length: questions }, (_, i) => {
    const own = random.child(i);
    const next = own.child('choices').generator();
    const length = hops[0] + Math.floor(next() * (hops[1] - hops[0] + 1));
    const question = compose(length, others, distractors, own);
    const gone = question.support[Math.floor(next() * length)];
    return unanswerable ? [question, withoutFact(question, gone)] : [question];
  }).flat();
}

/**
 * Answer of facts to a chain of relations, and which of them it needs, hop by hop: a solver, not a reader. Null where a hop is missing, or facts differ.
 *
 * @param start - Where the chain begins.
 */
export function answerOf(
  facts: readonly Fact[],
  start: string,
  relations: readonly string[]
): { answer: string; support: number[] } | null {
  let at = start;
  const support: number[] = [];
  for (const relation of relations) {
    const places = facts.flatMap((fact, i) => (fact.subject === at && fact.relation === relation ? [i] : []));
    if (places.length === 0 || places.some((place) => facts[place].object !== facts[places[0]].object)) {
      return null;
    }
    support.push(places[0]);
    at = facts[places[0]].object;
  }
  return { answer: at, support };
}

function compose(length: number, others: number, kind: NonNullable<MultiHopOptions['distractors']>, random: Random) {
  const next = random.child('names').generator();
  const names = new Names(next);
  const from = Math.floor(next() * RELATIONS.length);
  const relations = Array.from({ length }, (_, hop) => RELATIONS[(from + hop) % RELATIONS.length]);
  const chain = (start: string, unbroken: boolean): Fact[] => {
    let at = start;
    return relations.map((relation) => {
      const fact = factOf(at, relation, names.draw());
      at = unbroken ? fact.object : names.draw();
      return fact;
    });
  };
  const start = names.draw();
  const needed = chain(start, true);
  const beside = relations.flatMap((relation) => Array.from({ length: others }, () => factOf(names.draw(), relation, names.draw()))); // prettier-ignore
  const tempting = kind === 'none' ? [] : chain(names.draw(start.split(' ')[0]), kind === 'plausibleChain');
  const facts = random.child('order').shuffle([...needed, ...tempting, ...beside]);
  const placesOf = (of: readonly Fact[]): number[] => of.map((fact) => facts.indexOf(fact));
  const phrase = relations.reduce((inner, relation) => `the ${relation} of ${inner}`, start);
  const text = `What is ${phrase}?`;
  return { text, start, relations, answer: needed[length - 1].object, facts, support: placesOf(needed), distractors: placesOf(tempting) }; // prettier-ignore
}

/** The same without a fact: nothing answers it. */
function withoutFact(question: MultiHopQuestion, gone: number): MultiHopQuestion {
  const moved = (places: readonly number[]): number[] => places.filter((place) => place !== gone).map((place) => place - Number(place > gone)); // prettier-ignore
  return {
    ...question,
    answer: null,
    facts: question.facts.filter((_, place) => place !== gone),
    support: moved(question.support),
    distractors: moved(question.distractors)
  };
}
