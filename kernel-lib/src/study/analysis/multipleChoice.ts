import { expectInteger, fail } from '../../base/core';
import type { LanguageModel } from '../../models/language';
import { tokenLosses } from './tokenLosses';

/** A question with answers, one of them right. */
export interface ChoiceQuestion {
  /** Text before each answer. */
  question: string;
  /** Answers, each with the space or line feed that it begins with. */
  answers: readonly string[];
  /** Place of the right one, from 0. */
  correct: number;
}

/** Likelihoods of one question, and the answers that they choose. */
export interface ChoiceResult {
  /** Log-likelihood of each answer after the question, in nats; [A]. */
  logLikelihoods: number[];
  /** The likeliest answer. */
  chosen: number;
  /** The likeliest for a character of it, so that long answers are not behind for their length. */
  chosenByLength: number;
}

/** Outcome of `models.multipleChoice`: the share of right answers, and what each question was given. */
export interface MultipleChoice {
  /** Share of questions whose likeliest answer is right. */
  accuracy: number;
  /** The same with log-likelihoods divided by the characters of the answer. */
  accuracyByLength: number;
  /** Of each question, in order. */
  results: ChoiceResult[];
}

/** A model that reads texts. */
type Reader = LanguageModel & { readonly tokenizer?: { encode(text: string): number[] } };

/**
 * Accuracy of a model on questions of multiple choice: which answer it finds likeliest after the question, as it is and for its length (the measures
 * "acc" and "acc_norm" of the lm-evaluation-harness). An answer's tokens are those that it adds to the question's.
 *
 * @throws {SwitchyardError} where there is no question, an answer adds no token, or question and answer do not fit the context.
 */
export function multipleChoice(model: Reader, questions: readonly ChoiceQuestion[]): MultipleChoice {
  const where = 'models.multipleChoice';
  if (questions.length === 0) {
    fail(where, 'there must be a question', 0);
  }
  const { tokenizer } = model;
  if (tokenizer === undefined) {
    fail(where, 'texts need a model with a tokenizer', model.kind);
  }
  questions.forEach(({ answers, correct }) => {
    if (answers.length < 2) {
      fail(where, 'a question must have at least 2 answers', answers.length);
    }
    expectInteger(where, 'correct', correct, 0, answers.length - 1);
  });
  const results = questions.map(({ question, answers }) => {
    const logLikelihoods = answers.map((answer) => logLikelihood(where, model, tokenizer.encode(question), tokenizer.encode(question + answer), answer)); // prettier-ignore
    return {
      logLikelihoods,
      chosen: largest(logLikelihoods),
      chosenByLength: largest(logLikelihoods.map((value, i) => value / answers[i].length))
    };
  });
  const share = (right: (result: ChoiceResult, correct: number) => boolean): number =>
    questions.filter(({ correct }, i) => right(results[i], correct)).length / questions.length;
  return {
    accuracy: share(({ chosen }, correct) => chosen === correct),
    accuracyByLength: share(({ chosenByLength }, correct) => chosenByLength === correct),
    results
  };
}

function logLikelihood(
  where: string,
  model: LanguageModel,
  before: readonly number[],
  ids: readonly number[],
  answer: string
): number {
  const { contextLength = Infinity } = model;
  if (before.length === 0) {
    fail(where, 'a question must have at least one token', 0);
  }
  if (ids.length <= before.length) {
    fail(where, 'an answer must add a token to its question', JSON.stringify(answer));
  }
  if (ids.length > contextLength) {
    fail(where, `question and answer must fit the context of ${contextLength} positions`, ids.length);
  }
  return -tokenLosses(model, ids)
    .subarray(before.length - 1)
    .reduce((sum, loss) => sum + loss, 0);
}

/** Place of the first of the largest. */
function largest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}
