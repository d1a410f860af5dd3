import type { RouterConfidenceData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { colourOf, shareColour } from '../../pictures/colours';
import { cutFront } from '../../pictures/cutFront';
import { legend } from '../../pictures/legend';
import { LEFT, rowScale, rowsHeight } from '../../pictures/rows';
import { STYLE, WIDTH } from '../../pictures/sizes';

/** Layers drawn at most as colour, and as lines. */
const MOST_ROWS = 48;
const MOST_LINES = 8;
const CURVE = 240;

const SHARES = [0, 0.1, 0.5, 1].map((share) => ({ name: `${100 * share}%`, colour: shareColour(share) }));

/** The histogram of each layer's confidence as colour, and agreement with the reference over confidence. */
export function routerConfidencePicture(data: RouterConfidenceData, tools: Drawing): (Element | null)[][] {
  if (data.layers.length === 0) {
    return [];
  }
  const compared = data.layers.some(({ agreement }) => agreement.length > 0);
  const lines = data.layers.slice(0, MOST_LINES);
  const names = lines.map(({ path }, i) => ({ name: cutFront(path, 18), colour: colourOf(i) }));
  return [
    [legend('tokens by probability of the first choice (a ring is the mean)', SHARES, tools)],
    [histograms(data, tools)],
    ...(compared ? [[legend(`same choice as ${data.reference}`, names, tools)], [curves(data, tools)]] : [])
  ];
}

function histograms({ edges, layers }: RouterConfidenceData, { Plot, document }: Drawing): Element {
  const shown = layers.slice(0, MOST_ROWS);
  const cells = shown.flatMap(({ tokens }, layer) =>
    tokens.map((share, bin) => ({ layer, fill: shareColour(share), from: edges[bin], to: edges[bin + 1] }))
  );
  const means = shown.flatMap(({ mean }, layer) => (mean === null ? [] : [{ layer, mean }]));
  return Plot.plot({
    document,
    width: WIDTH,
    height: rowsHeight(shown.length) + 40,
    marginLeft: LEFT,
    marginTop: 4,
    marginBottom: 32,
    style: STYLE,
    x: { domain: [0, 1], tickFormat: '.0%', label: null },
    y: rowScale(shown.map(({ path }) => path)),
    marks: [
      Plot.barX(cells, { shapeRendering: 'crispEdges', x1: 'from', x2: 'to', y: 'layer', fill: 'fill' }),
      Plot.dot(means, { x: 'mean', y: 'layer', r: 4, fill: '#ffffff', stroke: '#111111' })
    ]
  }) as unknown as Element;
}

function curves({ edges, layers }: RouterConfidenceData, { Plot, document }: Drawing): Element {
  const points = layers
    .slice(0, MOST_LINES)
    .flatMap(({ agreement }, layer) =>
      agreement.flatMap((share, bin) =>
        share === null ? [] : [{ layer, confidence: (edges[bin] + edges[bin + 1]) / 2, share }]
      )
    );
  const axis = { domain: [0, 1], tickFormat: '.0%', grid: true, labelArrow: 'none' as const };
  return Plot.plot({
    document,
    width: WIDTH,
    height: CURVE,
    marginLeft: LEFT,
    marginTop: 8,
    marginBottom: 36,
    style: STYLE,
    color: { type: 'ordinal', domain: layers.map((_, i) => i), range: layers.map((_, i) => colourOf(i)) },
    x: { ...axis, label: 'probability of the first choice', labelAnchor: 'center' },
    y: { ...axis, label: null },
    marks: [
      Plot.line(
        [
          [0, 0],
          [1, 1]
        ],
        { stroke: '#999999', strokeDasharray: '3 3' }
      ),
      Plot.lineY(points, { x: 'confidence', y: 'share', z: 'layer', stroke: 'layer' }),
      Plot.dot(points, { x: 'confidence', y: 'share', fill: 'layer', r: 2.5 })
    ]
  }) as unknown as Element;
}
