type Colour = readonly [red: number, green: number, blue: number];

const WHITE: Colour = [255, 255, 255];
// The colour-blind tell them apart.
const BELOW: Colour = [230, 97, 1];
const ABOVE: Colour = [94, 60, 153];
const NOT_FINITE = '#888888';

/** The colour of a value, and that of a number written on it: white is 0, or the smallest where none is below 0. */
export function valueColour(value: number, { min, max }: { min: number; max: number }): { fill: string; ink: string } {
  if (!Number.isFinite(value)) {
    return { fill: NOT_FINITE, ink: '#ffffff' };
  }
  const white = min >= 0 ? min : Math.min(0, max);
  const reach = Math.max(max - white, white - min) || 1;
  const share = Math.min(1, Math.abs(value - white) / reach);
  const end = value < white ? BELOW : ABOVE;
  const mixed = WHITE.map((channel, i) => Math.round(channel + (end[i] - channel) * share));
  return {
    fill: `#${mixed.map((c) => c.toString(16).padStart(2, '0')).join('')}`,
    ink: share > 0.5 ? '#ffffff' : '#111111'
  };
}
