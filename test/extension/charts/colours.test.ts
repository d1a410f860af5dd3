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
