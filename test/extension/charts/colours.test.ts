import { expect, test } from 'vitest';
import { expertColour, loadColour } from '../../../extension/charts';
import { loadScale } from '../../../extension/charts/colours';

test.each([true, false])('the colour of one load is the colour of the scale there (light: %s)', (light) => {
  const max = 5;
  for (const [position, colour] of loadScale(max, light)) {
    expect(loadColour(position * max, max, light)).toBe(colour);
  }
});

test('32 experts have 32 colours, each with readable text', () => {
  const colours = Array.from({ length: 32 }, (_, i) => expertColour(i));
  expect(new Set(colours.map((colour) => colour.background)).size).toBe(32);
  for (const { background, text } of colours) {
    expect(contrast(background, text)).toBeGreaterThanOrEqual(4.5);
  }
});

/** WCAG 2.1 contrast ratio of two colours, "rgb(r, g, b)" or "#rrggbb". */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const channels = colour.startsWith('#')
    ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
    : (colour.match(/\d+/g) ?? []).map(Number);
  const [r, g, b] = channels.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('the scale begins at 0 and ends at 1, exactly: else plotly.js takes colours of its own', () => {
  for (let max = 1.05; max < 130; max *= 1.01) {
    const positions = loadScale(max, true).map(([at]) => at);
    expect([positions[0], positions.at(-1)]).toEqual([0, 1]);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  }
});
