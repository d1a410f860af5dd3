/** Width of the picture, in pixels. */
export const WIDTH = 720;

/** Between parts of the picture. */
export const GAP = 16;

/** Width of one of two parts side by side. */
export const COLUMN = (WIDTH - GAP) / 2;

/** Style that all parts of the picture share: black text, no page font sizes. */
export const STYLE = { color: '#111111', background: 'transparent', fontSize: '11px', overflow: 'visible' };
