import type { Architecture, TrialData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { printable } from '../../format';
import { legend } from '../../pictures/legend';
import { STYLE, WIDTH } from '../../pictures/sizes';
import type { Picture } from '../shownKind';

const ROW = 40;
const MOST = 640;
/** Letters that a node has room for in a layer of its own, and how wide one is. */
const LETTER = 6;
const GROUND = '#ffffff';
const INK = '#111111';
const LINE = '#9aa0a6';

/** The network of the best trial in layers, from the input down; nothing where none of the best is known. */
export function architecturePicture({ trials, best, architectures = [] }: TrialData, tools: Drawing): Picture {
  const first = best.map((i) => trials[i]).find(({ architecture }) => architecture !== undefined);
  return first === undefined
    ? []
    : [[legend(`network of trial ${first.number}`, [], tools)], [graph(architectures[first.architecture!], tools)]];
}

function graph({ nodes, edges }: Architecture, { Plot, document }: Drawing): Element {
  const layers = Math.max(...nodes.map(({ layer }) => layer)) + 1;
  const reach = Math.max(0.5, ...nodes.map(({ place }) => Math.abs(place) + 0.5), ...edges.flatMap(({ via }) => via.map((place) => Math.abs(place) + 0.25))); // prettier-ignore
  const points = edges.flatMap(({ from, to, via }, edge) => [
    { edge, x: nodes[from].place, y: nodes[from].layer },
    ...via.map((x, i) => ({ edge, x, y: nodes[from].layer + i + 1 })),
    { edge, x: nodes[to].place, y: nodes[to].layer }
  ]);
  const room = Math.max(1, Math.floor(WIDTH / (2 * reach) / LETTER) - 2);
  const words = nodes.map(({ label, detail }) => {
    const text = printable(detail === '' ? label : `${label} · ${detail}`);
    return text.length > room ? `${text.slice(0, room - 1)}…` : text;
  });
  return Plot.plot({
    document,
    ...{ width: WIDTH, height: Math.min(MOST, ROW * layers), margin: 14, axis: null },
    style: STYLE,
    x: { domain: [-reach, reach] },
    y: { domain: [0, Math.max(1, layers - 1)], reverse: true },
    marks: [
      Plot.line(points, { x: 'x', y: 'y', z: 'edge', stroke: LINE }),
      Plot.text(nodes, {
        ...{ x: 'place', y: 'layer', text: (_: unknown, i: number) => words[i] },
        ...{ fill: INK, stroke: GROUND, strokeWidth: 8 }
      })
    ]
  }) as unknown as Element;
}
