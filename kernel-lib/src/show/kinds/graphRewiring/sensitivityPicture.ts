import { sensitivityByDistance } from '../../../protocol';
import type { GraphRewiringData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { printable, significant } from '../../format';
import { amountColours } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { COLUMN, STYLE } from '../../pictures/sizes';

const HEIGHT = 220;
const INK = '#555555';
/** Colours, one for each decade. */
const DECADES = 6;

/** The first target's sensitivity on the graph, and of all targets by distance; nothing where none is told. */
export function sensitivityPictures(data: GraphRewiringData, tools: Drawing): (Element | null)[][] {
  const { nodes, sensitivity } = data;
  if (sensitivity === undefined || sensitivity.targets.length === 0) {
    return [];
  }
  const colours = amountColours(DECADES).reverse();
  const names = colours.map((colour, i) => ({ name: i === 0 ? '1' : `1e-${i}`, colour }));
  return [
    [legend(`output at ${nodes[sensitivity.targets[0]].label}, of the greatest`, names, tools)],
    [onGraph(data, colours, tools), byDistance(data, tools)]
  ];
}

function onGraph(
  { nodes, edges, sensitivity }: GraphRewiringData,
  colours: readonly string[],
  { Plot, document }: Drawing
): Element {
  const { targets, decadesBelow } = sensitivity!;
  const lines = edges
    .filter(({ state }) => state !== 'removed')
    .map(({ from, to }) => ({ x1: nodes[from].x, y1: nodes[from].y, x2: nodes[to].x, y2: nodes[to].y }));
  const fill = decadesBelow[0].map((below) =>
    below === null ? '#ffffff' : colours[Math.min(DECADES - 1, Math.round(below))]
  );
  return Plot.plot({
    document,
    width: COLUMN,
    height: HEIGHT,
    margin: 16,
    style: STYLE,
    axis: null,
    marks: [
      Plot.link(lines, { x1: 'x1', y1: 'y1', x2: 'x2', y2: 'y2', stroke: INK, strokeOpacity: 0.5 }),
      Plot.dot([nodes[targets[0]]], { x: 'x', y: 'y', r: 8, stroke: '#111111', strokeWidth: 2 }),
      Plot.dot(nodes, { x: 'x', y: 'y', r: 5, fill, stroke: INK, strokeWidth: 0.5 })
    ]
  }) as unknown as Element;
}

/** Means by distance as a line, and the most of each as hollow dots. */
function byDistance(data: GraphRewiringData, { Plot, document }: Drawing): Element | null {
  const means = sensitivityByDistance(data).filter(({ mean }) => mean > 0);
  if (means.length === 0) {
    return null;
  }
  const least = Math.floor(Math.log10(means.reduce((a, { mean }) => Math.min(a, mean), 1)));
  const decades = Array.from({ length: 1 - least }, (_, i) => 10 ** -i);
  return Plot.plot({
    document,
    width: COLUMN,
    height: HEIGHT,
    marginTop: 34,
    marginLeft: 52,
    marginBottom: 34,
    style: STYLE,
    x: { label: 'edges in between', labelAnchor: 'center', labelArrow: 'none', interval: 1, ticks: 8, tickFormat: 'd' },
    y: { label: null, type: 'log', grid: true, ticks: decades, tickFormat: significant },
    marks: [
      Plot.lineY(means, { x: 'distance', y: 'mean', stroke: '#111111', strokeWidth: 1.5 }),
      Plot.dot(means, { x: 'distance', y: 'mean', fill: '#111111', r: 2.5 }),
      Plot.dot(means, { x: 'distance', y: 'most', stroke: INK, r: 2.5 }),
      Plot.text([printable('sensitivity by distance: mean, and most (hollow)')], {
        frameAnchor: 'top-left',
        dy: -22,
        dx: -44,
        fontWeight: 600,
        fontSize: 12
      })
    ]
  }) as unknown as Element;
}
