import { LOAD_MARKS, loadMark, loadPosition } from '../../../protocol';
import type { LayerRouting, RoutingData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { loadColour, positionColour } from '../../pictures/colours';
import { cutFront } from '../../pictures/cutFront';
import { STYLE, WIDTH } from '../../pictures/sizes';

const LEFT = 110;
const LEGEND_HEIGHT = 50;
/** More would make a file of hundreds of kB: neighbouring experts then share a cell. */
const MAX_CELLS = 1024;
/** From the least load to the fair share, and as many on to the most. */
const RAMP_STEPS = 24;

/**
 * Layers by experts, coloured by load over the fair share on the scale of all pictures: blue below it, orange above.
 * A path's row is the layer's; layers may differ in their number of experts.
 */
export function loadHeatmap({ layers }: RoutingData, { Plot, document }: Drawing): Element {
  const group = Math.ceil(layers.reduce((sum, { numExperts }) => sum + numExperts, 0) / MAX_CELLS);
  const cells = layers.flatMap((layer, i) =>
    grouped(layer, group).map((ratio, column) => ({ layer: i, expert: column * group, fill: loadColour(ratio) }))
  );
  const experts = Math.max(...layers.map(({ numExperts }) => numExperts));
  const columns = range(Math.ceil(experts / group)).map((i) => i * group);
  const rowHeight = Math.min(24, Math.max(5, 260 / layers.length));
  const height = Math.round(rowHeight * layers.length) + 44;
  const heatmap = Plot.plot({
    document,
    width: WIDTH,
    height,
    marginLeft: LEFT,
    marginTop: 4,
    marginBottom: 36,
    style: STYLE,
    x: {
      type: 'band',
      round: false,
      domain: columns,
      ticks: every(columns.length, experts > 100 ? 16 : 32).map((i) => columns[i]),
      tickSize: 3,
      label: group === 1 ? 'expert' : `expert (a cell is the most loaded of ${group})`,
      labelAnchor: 'center',
      labelArrow: 'none',
      padding: 0
    },
    y: {
      type: 'band',
      round: false,
      domain: range(layers.length),
      ticks: every(layers.length, 16),
      tickFormat: (i: number) => cutFront(layers[i].path, 15),
      tickSize: 0,
      label: null,
      padding: 0.06
    },
    marks: [Plot.cell(cells, { shapeRendering: 'crispEdges', x: 'expert', y: 'layer', fill: 'fill' })]
  });
  const legend = ramp({ Plot, document });
  return stacked(legend, heatmap as unknown as Element, height, document);
}

/** Load over the fair share of the most loaded expert in each group of neighbours. */
function grouped({ load, numExperts }: LayerRouting, size: number): number[] {
  return range(Math.ceil(numExperts / size)).map((i) => Math.max(...load.slice(i * size, (i + 1) * size)) * numExperts);
}

/** The colours from no load to the most, by their places. Plot's own legend for continuous colours needs a canvas. */
function ramp({ Plot, document }: Pick<Drawing, 'Plot' | 'document'>): Element {
  const steps = range(2 * RAMP_STEPS).map((i) => {
    const middle = (i + 0.5) / RAMP_STEPS - 1;
    return { from: i / RAMP_STEPS - 1, to: (i + 1) / RAMP_STEPS - 1, fill: positionColour(middle) };
  });
  return Plot.plot({
    document,
    width: 300,
    height: LEGEND_HEIGHT,
    marginTop: 18,
    marginBottom: 20,
    marginLeft: 12,
    marginRight: 16,
    style: STYLE,
    x: {
      domain: [-1, 1],
      ticks: LOAD_MARKS.map(loadPosition),
      tickFormat: (_: number, i: number) => loadMark(LOAD_MARKS[i]),
      tickSize: 3,
      label: null
    },
    marks: [
      Plot.rectX(steps, { shapeRendering: 'crispEdges', x1: 'from', x2: 'to', fill: 'fill' }),
      Plot.text(['load of each expert (1\u00d7 is the fair share)'], {
        frameAnchor: 'top-left',
        dy: -16,
        dx: -8,
        fontWeight: 600,
        fontSize: 12
      })
    ]
  }) as unknown as Element;
}

/** The legend above the heatmap, as one element. */
function stacked(legend: Element, heatmap: Element, height: number, document: Document): Element {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('width', String(WIDTH));
  svg.setAttribute('height', String(height + LEGEND_HEIGHT));
  legend.setAttribute('x', '4');
  heatmap.setAttribute('y', String(LEGEND_HEIGHT));
  svg.append(legend, heatmap);
  return svg;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** At most `max` of `count` positions, evenly. */
function every(count: number, max: number): number[] {
  const stride = Math.ceil(count / max);
  return range(count).filter((i) => i % stride === 0);
}
