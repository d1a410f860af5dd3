import type { ChoicesData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { printable, significant } from '../../format';
import { amountColours, colourOf } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { LEFT, rowScale, rowsHeight } from '../../pictures/rows';
import { STYLE, WIDTH } from '../../pictures/sizes';
import type { Picture } from '../shownKind';

/** Columns of options that still have room for a word. */
const WORDS = 12;
const SHADES = 7;

/** Bars of the choices' values, then a cell for each option, darker where its value is larger. */
export function choicesPicture({ choices, measure, outcome }: ChoicesData, tools: Drawing): Picture {
  const valued = choices.filter(({ value }) => value !== null).sort((a, b) => b.value! - a.value!);
  const optioned = choices.filter(({ options }) => options.length > 0);
  return [
    ...(valued.length > 0 ? [[legend(measure, [], tools)], [bars(valued, tools)]] : []),
    ...(optioned.length > 0 ? cells(optioned, outcome, tools) : [])
  ];
}

function bars(choices: ChoicesData['choices'], { Plot, document }: Drawing): Element {
  const rows = choices.map(({ value }, row) => ({ value, row, words: significant(value) }));
  return Plot.plot({
    document,
    ...{ width: WIDTH, height: rowsHeight(rows.length) + 24, marginLeft: LEFT, marginRight: 48, marginTop: 4, marginBottom: 20 }, // prettier-ignore
    style: STYLE,
    x: { grid: true, ticks: 6, label: null },
    y: rowScale(choices.map(({ label }) => printable(label))),
    marks: [
      Plot.barX(rows, { x: 'value', y: 'row', fill: colourOf(0) }),
      Plot.text(rows, { x: 'value', y: 'row', text: 'words', textAnchor: 'start', dx: 4 })
    ]
  }) as unknown as Element;
}

function cells(choices: ChoicesData['choices'], outcome: string, tools: Drawing): Picture {
  const { Plot, document } = tools;
  const values = choices.flatMap(({ options }) => options.flatMap(({ value }) => value ?? []));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const shades = amountColours(SHADES);
  const shade = (value: number | null): number =>
    value === null || high === low ? 0 : Math.round(((SHADES - 1) * (value - low)) / (high - low));
  const columns = Math.max(...choices.map(({ options }) => options.length));
  const all = choices.flatMap(({ options }, row) =>
    options.map(({ label, value }, column) => {
      const at = shade(value);
      const words = columns > WORDS ? '' : printable(`${label}: ${significant(value)}`);
      return { row, column, words, colour: shades[at], ink: at > SHADES / 2 ? '#ffffff' : '#111111' };
    })
  );
  const ends = values.length === 0 ? [] : [{ name: significant(low), colour: shades[0] }, { name: significant(high), colour: shades[SHADES - 1] }]; // prettier-ignore
  const plot = Plot.plot({
    document,
    ...{ width: WIDTH, height: rowsHeight(choices.length) + 8, marginLeft: LEFT, marginRight: 8, marginTop: 4, marginBottom: 4 }, // prettier-ignore
    style: STYLE,
    x: { type: 'band', axis: null, domain: Array.from({ length: columns }, (_, i) => i), padding: 0.04 },
    y: rowScale(choices.map(({ label }) => printable(label))),
    marks: [
      Plot.cell(all, { x: 'column', y: 'row', fill: 'colour' }),
      Plot.text(all, { x: 'column', y: 'row', text: 'words', fill: 'ink', fontSize: 9 })
    ]
  }) as unknown as Element;
  return [[legend(outcome, ends, tools)], [plot]];
}
