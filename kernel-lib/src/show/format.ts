/** @file Numbers and texts as people read them in tables of text and in pictures. */
import { isStill } from '../protocol';
import type { Numeric, Source } from '../protocol';

/** How far a run is, and how it ended; nothing of a picture that has no steps. */
export function progress(source: Source): string {
  const { step, totalSteps, status } = source;
  return isStill(source) ? '' : `step ${step}${totalSteps === null ? '' : ` of ${totalSteps}`}, ${status}`;
}

/** The line above what is shown: its title, how far it is, and how it ended. */
export function heading(source: Source): string {
  return [source.title, progress(source)].filter(Boolean).join(': ');
}

/** Control characters and lone surrogates have no place in a terminal or in XML. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, ' ');
}

/** A number with three decimals; null as a dash. */
export function decimals(value: Numeric): string {
  return value === null ? '-' : value.toFixed(3);
}

/** A share as a percentage; null as a dash. */
export function percent(value: Numeric): string {
  return value === null ? '-' : `${(100 * value).toFixed(1)}%`;
}

/** A number with four digits that count; null as a dash. */
export function significant(value: Numeric): string {
  return value === null ? '-' : String(Number(value.toPrecision(4)));
}
