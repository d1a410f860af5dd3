/** @file The only import of plotly.js: its core and four trace types, loaded when the first figure is drawn. */
import type * as Plotly from 'plotly.js';

/** The part of plotly.js that panels use. */
export type PlotlyApi = Pick<typeof Plotly, 'react' | 'purge' | 'toImage'> & {
  /** Draws the colour bars of a figure anew, and nothing else. */
  drawColourBars: (plot: HTMLElement) => void;
  /** Computes the ranges of the axes that follow their data; draws nothing. */
  fitAxes: (plot: HTMLElement) => void;
  /** Draws the axes of these names anew, and nothing else; `skipTitle` leaves their titles as they are. */
  drawAxes: (plot: HTMLElement, axes: string[], options: { skipTitle?: boolean }) => void;
  /** Draws an annotation anew, by its index. */
  drawAnnotation: (plot: HTMLElement, index: number) => void;
  /** Draws the legend anew, and nothing else as long as it needs the same room. */
  drawLegend: (plot: HTMLElement) => void;
  /** Colours of a trace's values: red, green and blue of 255, opacity of 1. */
  colourScale: (trace: object) => (value: number) => readonly number[];
};

let loading: Promise<PlotlyApi> | undefined;

/** Loads plotly.js once from the extension's own files. A failed load is tried again by the next figure. */
export function loadPlotly(): Promise<PlotlyApi> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<PlotlyApi> {
  const [core, bar, heatmap, sankey, scatter, colourBar, subroutines, axes, annotation, legend, scale] =
    await Promise.all([
      import('plotly.js/lib/core'),
      import('plotly.js/lib/bar'),
      import('plotly.js/lib/heatmap'),
      import('plotly.js/lib/sankey'),
      import('plotly.js/lib/scatter'),
      import('plotly.js/src/components/colorbar/draw'),
      import('plotly.js/src/plot_api/subroutines'),
      import('plotly.js/src/plots/cartesian/axes'),
      import('plotly.js/src/components/annotations/draw'),
      import('plotly.js/src/components/legend/draw'),
      import('plotly.js/src/components/colorscale/helpers')
    ]);
  const api = unwrap(core);
  api.register([unwrap(bar), unwrap(heatmap), unwrap(sankey), unwrap(scatter)]);
  const { react, purge, toImage } = api;
  return {
    ...{ react, purge, toImage },
    drawColourBars: unwrap(colourBar).draw,
    fitAxes: unwrap(subroutines).doAutoRangeAndConstraints,
    drawAxes: unwrap(axes).draw,
    drawAnnotation: unwrap(annotation).drawOne,
    drawLegend: legend.default,
    colourScale: (trace) =>
      unwrap(scale).makeColorScaleFuncFromTrace(trace, { noNumericCheck: true, returnArray: true })
  };
}

/** CommonJS modules arrive under `default`. */
function unwrap<T>(module: T & { default?: T }): T {
  return module.default ?? module;
}
