import type { ChoicesData } from '../../../protocol';
import { significant } from '../../format';
import { firstRows } from '../../texts/firstRows';

/** Each choice with its value and those of its options. */
export function choicesText({ measure, outcome, method, choices, omitted = 0, omittedOptions }: ChoicesData): string[] {
  const valued = choices.some(({ value }) => value !== null);
  const ordered = valued ? [...choices].sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity)) : choices;
  const rows = ordered.map(({ label, value, options }) => [
    label,
    ...(valued ? [significant(value)] : []),
    options.map((each) => `${each.label}: ${significant(each.value)} (${each.count})`).join(', ') || '-'
  ]);
  const head = ['choice', ...(valued ? [measure] : []), `options: ${outcome} (times)`];
  return [
    ...(method === '' ? [] : [method]),
    ...firstRows({ head, rows, left: head.length, of: 'choices', omitted }),
    ...(omittedOptions ? [`${omittedOptions} options are left out`] : [])
  ];
}
