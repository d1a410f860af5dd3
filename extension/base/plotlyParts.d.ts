/** Parts of plotly.js that its types lack. */
declare module 'plotly.js/src/components/colorbar/draw' {
  /** Draws the colour bars of a figure that stands. */
  export function draw(plot: HTMLElement): void;
}
