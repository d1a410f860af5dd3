import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ColourScheme } from '../../../extension/base/schemes';
import type { IColours } from '../../../extension/base/colours';
import { COLOUR_SCHEMES, DEFAULT_SCHEME } from '../../../extension/base/schemes';
import { expertColour, loadColour } from '../../../extension/base/colours';
import { amountScale, seriesColour, signedColour } from '../../../extension/charts/amounts';
import { depthColours, loadScale } from '../../../extension/base/colours';
import { loadColour as staticColour } from '../../../kernel-lib/src/show/pictures/colours';
import { contrast, difference, lightness, VISION } from '../support/vision';

/** How many hues of experts a scheme has before they repeat, and how far any two of them are apart at least, however one sees. */
const HUES: Record<ColourScheme, [count: number, apart: number]> = {
  'okabe-ito': [8, 15],
  tol: [7, 16],
  petroff: [8, 20],
  grey: [6, 13]
};
const GROUNDS = { light: '#ffffff', dark: '#111111' };
const SEEN = Object.keys(VISION) as (keyof typeof VISION)[];

const names = Object.keys(COLOUR_SCHEMES) as ColourScheme[];
const cases = names.flatMap((name) =>
  (['light', 'dark'] as const).map((ground): [ColourScheme, 'light' | 'dark', IColours] => [
    name,
    ground,
    COLOUR_SCHEMES[name][ground]
  ])
);

test('the settings offer every scheme and no other', () => {
  const file = join(__dirname, '../../../extension/schema/plugin.json');
  const { properties } = JSON.parse(readFileSync(file, 'utf8')) as { properties: Record<string, object> };
  expect(properties.colourScheme).toMatchObject({ enum: names, default: DEFAULT_SCHEME });
});

describe.each(cases)('%s on %s ground', (name, ground, colours) => {
  const back = GROUNDS[ground];

  test('the colour of one load is the colour of the scale there', () => {
    for (const [stop, colour] of loadScale(colours)) {
      const position = 2 * stop - 1;
      const ratio = position <= 0 ? 1 + position : 16 ** position;
      expect(loadColour(ratio, colours)).toBe(colour);
    }
  });

  test('no load, half, the fair share, twice and four times it are told apart', () => {
    const marks = [0, 0.5, 1, 2, 4, 16].map((ratio) => loadColour(ratio, colours));
    marks.slice(1).forEach((mark, i) => expect(difference(marks[i], mark)).toBeGreaterThanOrEqual(8));
  });

  test('no load, the fair share and the most are apart, however one sees', () => {
    const [none, fair, most] = [0, 1, 16].map((ratio) => loadColour(ratio, colours));
    for (const seen of SEEN) {
      expect(difference(none, fair, seen)).toBeGreaterThanOrEqual(15);
      expect(difference(fair, most, seen)).toBeGreaterThanOrEqual(30);
      expect(difference(none, most, seen)).toBeGreaterThanOrEqual(30);
    }
  });

  test('the farther a load is from the fair share, the farther is its lightness', () => {
    const fair = lightness(loadColour(1, colours));
    for (const side of [
      [1, 0.75, 0.5, 0.25, 0],
      [1, 1.5, 2, 4, 8, 16]
    ]) {
      const far = side.map((ratio) => Math.abs(lightness(loadColour(ratio, colours)) - fair));
      expect(far).toEqual([...far].sort((a, b) => a - b));
    }
  });

  test('experts are apart, however one sees', () => {
    const [count, apart] = HUES[name];
    const tiles = Array.from({ length: count }, (_, i) => expertColour(i, colours).background);
    for (const seen of SEEN) {
      const pairs = tiles.flatMap((a, i) => tiles.slice(i + 1).map((b) => difference(a, b, seen)));
      expect(Math.min(...pairs)).toBeGreaterThanOrEqual(apart);
    }
  });

  test('the first experts have colours of their own, all experts a readable text', () => {
    const experts = Array.from({ length: 256 }, (_, i) => expertColour(i, colours));
    const first = experts.slice(0, 3 * HUES[name][0]);
    expect(new Set(first.map(({ background }) => background)).size).toBe(first.length);
    for (const { background, text } of experts) {
      expect(contrast(background, text)).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('lines stand out from the ground, and their first four from one another', () => {
    const series = colours.series.map((_, i) => seriesColour(i, colours));
    const lines = [...series, ...depthColours(6, colours), signedColour(-1, colours)];
    lines.forEach((line) => expect(contrast(line, back), line).toBeGreaterThanOrEqual(3));
    const pairs = series.slice(0, 4).flatMap((a, i) => series.slice(i + 1, 4).map((b) => difference(a, b)));
    expect(Math.min(...pairs)).toBeGreaterThanOrEqual(13);
  });

  test('more of an amount is farther from the ground', () => {
    const far = amountScale(colours).map(([, colour]) => Math.abs(lightness(colour) - lightness(back)));
    expect(far).toEqual([...far].sort((a, b) => a - b));
    expect(far[far.length - 1] - far[0]).toBeGreaterThanOrEqual(40);
  });

  test('numbers below 0 and above are apart, however one sees', () => {
    const [below, none, above] = [-1, 0, 1].map((value) => signedColour(value, colours));
    for (const seen of SEEN) {
      expect(difference(below, above, seen)).toBeGreaterThanOrEqual(20);
      expect(difference(below, none, seen)).toBeGreaterThanOrEqual(15);
      expect(difference(none, above, seen)).toBeGreaterThanOrEqual(15);
    }
  });
});

test('the scale begins at 0, is neutral in the middle and ends at 1, exactly: else plotly.js takes colours of its own', () => {
  for (const [, , colours] of cases) {
    const stops = loadScale(colours);
    const positions = stops.map(([at]) => at);
    expect([positions[0], positions.at(-1)]).toEqual([0, 1]);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(stops.find(([at]) => at === 0.5)?.[1]).toBe(loadColour(1, colours));
  }
});

test('static pictures have the colours of the panels on light ground', () => {
  const { light } = COLOUR_SCHEMES[DEFAULT_SCHEME];
  for (const ratio of [0, 0.3, 0.5, 0.9, 1, 1.1, 2, 3, 7.6, 16, 40]) {
    expect(staticColour(ratio)).toBe(loadColour(ratio, light));
  }
});
