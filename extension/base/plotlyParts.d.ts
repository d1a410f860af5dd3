/** Parts of plotly.js that its types lack. */
declare module 'plotly.js/src/components/colorbar/draw' {
  /** Draws the colour bars of a figure that stands. */
  export function draw(plot: HTMLElement): void;
}
declare module 'plotly.js/src/plot_api/subroutines' {
  /** Computes the ranges of the axes that follow their data. */
  export function doAutoRangeAndConstraints(plot: HTMLElement): void;
}
declare module 'plotly.js/src/plots/cartesian/axes' {
  /** Draws the axes of these names, "x" for the first. */
  export function draw(plot: HTMLElement, axes: string[], options: { skipTitle?: boolean }): void;
}
declare module 'plotly.js/src/components/annotations/draw' {
  /** Draws an annotation of a figure that stands, after all that is there. */
  export function drawOne(plot: HTMLElement, index: number): void;
}
declare module 'plotly.js/src/components/legend/draw' {
  /** Draws the legends of a figure that stands. */
  export default function draw(plot: HTMLElement): void;
}
declare module 'plotly.js/src/components/colorscale/helpers' {
  /** Colours of a trace's values. */
  export function makeColorScaleFuncFromTrace(
    trace: object,
    options: { noNumericCheck: true; returnArray: true }
  ): (value: number) => readonly number[];
}
