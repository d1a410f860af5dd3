import { checkArray, checkInteger, checkNumeric, checkObject, checkText } from '../checks';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_POINTS } from '../limits';
import type { Count, Numeric, Text } from '../numbers';
import { checkOmitted } from '../tables';

/** The choices of a search or a supernet with a number each: their importance, how often each option was trained. */
export type ChoicesPayload = Envelope<'choices', ChoicesData>;

/** Data of a payload of choices. */
export interface ChoicesData {
  /** Meaning of a choice's value, such as "importance"; empty where choices have none. */
  measure: Text;
  /** Meaning of an option's value, such as "mean loss" or "share of steps". */
  outcome: Text;
  /** How the numbers were made, such as "PED-ANOVA, 40 trials". */
  method: Text;
  /** @maxItems 256 */
  choices: Choice[];
  /** Choices left out because they would not fit; absent where none is. */
  omitted?: Count;
  /** Options left out of the choices that are here; absent where none is. */
  omittedOptions?: Count;
}

/** Choice of a space, with what it matters. */
export interface Choice {
  label: Text;
  /** Null where it is not known. */
  value: Numeric;
  /** @maxItems 1024 */
  options: ChoiceOption[];
}

/** Option of a choice, with how often it was taken and its mean. */
export interface ChoiceOption {
  label: Text;
  /** Null where it is not known. */
  value: Numeric;
  /** Times that it was tried or trained. */
  count: Count;
}

const MAX_CHOICES = 256;

/** Checks the data of a payload of choices. */
export function checkChoices(value: unknown, path: string): void {
  const data = checkObject(value, path);
  for (const name of ['measure', 'outcome', 'method']) {
    checkText(data[name], `${path}.${name}`);
  }
  checkArray(data.choices, `${path}.choices`, { max: MAX_CHOICES, item: checkChoice });
  checkOmitted(data.omitted, `${path}.omitted`);
  checkOmitted(data.omittedOptions, `${path}.omittedOptions`);
}

const checkChoice: Check = (item, at) => {
  const { label, value, options } = checkObject(item, at);
  checkText(label, `${at}.label`);
  checkNumeric(value, `${at}.value`);
  checkArray(options, `${at}.options`, { max: MAX_POINTS, item: checkOption });
};

const checkOption: Check = (item, at) => {
  const { label, value, count } = checkObject(item, at);
  checkText(label, `${at}.label`);
  checkNumeric(value, `${at}.value`);
  checkInteger(count, `${at}.count`, 0);
};
