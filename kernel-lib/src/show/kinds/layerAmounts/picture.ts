import { toldApart } from '../../../protocol';
import type { LayerAmountsData } from '../../../protocol';
import { evenly } from '../../bounds/evenly';
import type { Drawing } from '../../drawing';
import { printable } from '../../format';
import { amountColours, colourOf, shareColour } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { lossLines } from '../../pictures/lossLines';
import { LEFT, rowScale, rowsHeight } from '../../pictures/rows';
import { STYLE, WIDTH } from '../../pictures/sizes';
import type { Picture } from '../shownKind';
import { amountText } from './text';

/** More would make a file of hundreds of kB: then fewer of the steps, or layers, are drawn. */
const MOST_CELLS = 1500;
const MOST_BARS = 96;
/** Height of one of several bars of a layer, in pixels. */
const ROW = 14;
/** Characters of a path. */
const LETTERS = 18;

/** Over a run: a cell a layer and step, and the losses; of states: a bar for each. */
export function layerAmountsPicture(data: LayerAmountsData, tools: Drawing): Picture {
  if (data.layers.length === 0) {
    return [];
  }
  return data.steps.length > 0 ? overSteps(data, tools) : ofStates(data, tools);
}

/** The end of the scale: the largest amount, 1 of shares but where states are compared. */
function reach({ share, states, amounts, most }: LayerAmountsData): number {
  return share && states.length < 2 ? 1 : Math.max(1e-9, ...[...amounts.flat(), ...most].map((amount) => amount ?? 0));
}

function overSteps(data: LayerAmountsData, tools: Drawing): Picture {
  const { Plot, document } = tools;
  const { layers, steps, amounts, measure, scalars } = data;
  const [end, shown] = [reach(data), amountText(data)];
  const kept = evenly(steps.length, Math.max(1, Math.floor(MOST_CELLS / layers.length)));
  const from = (i: number): number => (i === 0 ? Math.max(0, steps[0] - 1) : steps[kept[i - 1]]);
  const cells = amounts.flatMap((row, layer) => {
    // Steps at which nothing changes are one bar.
    const bars: { layer: number; from: number; to: number; fill: string }[] = [];
    kept.forEach((at, i) => {
      const [amount, last] = [row[at], bars.at(-1)];
      const fill = amount === null ? null : shareColour(amount / end);
      if (last !== undefined && last.fill === fill && last.to === from(i)) {
        last.to = steps[at];
      } else if (fill !== null) {
        bars.push({ layer, from: from(i), to: steps[at], fill });
      }
    });
    return bars;
  });
  const ends = [0, 0.1, 0.5, 1].map((part) => ({ name: shown(part * end), colour: shareColour(part) }));
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: rowsHeight(layers.length) + 44,
    marginLeft: LEFT,
    marginTop: 8,
    marginBottom: 36,
    style: STYLE,
    x: { label: 'step', labelAnchor: 'center', labelArrow: 'none', ticks: 6, tickFormat: 'd' },
    y: rowScale(toldApart(layers, LETTERS)),
    marks: [Plot.barX(cells, { shapeRendering: 'crispEdges', x1: 'from', x2: 'to', y: 'layer', fill: 'fill' })]
  }) as unknown as Element;
  const losses = Object.keys(scalars).length > 0 ? [[lossLines({ steps, scalars }, WIDTH, tools)]] : [];
  return [[legend(`${measure} by layer`, ends, tools)], [plot], ...losses];
}

function ofStates(data: LayerAmountsData, tools: Drawing): Picture {
  const { Plot, document } = tools;
  const { layers, states, amounts, measure, unit, most, omitted = 0 } = data;
  const [end, shown] = [reach(data), amountText(data)];
  const names = toldApart(layers, LETTERS);
  const count = Math.min(layers.length, Math.floor(MOST_BARS / Math.max(1, states.length)));
  const rows = evenly(layers.length, count).flatMap((layer) => states.map((_, state) => ({ layer, state })));
  const bars = rows.map(({ layer, state }, row) => {
    const amount = amounts[layer][state];
    return { row, amount: amount ?? 0, most: most[layer] ?? 0, fill: colourOf(state), words: printable(shown(amount)) };
  });
  const left = layers.length - count + omitted;
  const title = `${measure}${unit === '' ? '' : ` (${unit})`} by layer${left > 0 ? ` (${left} more are not drawn)` : ''}`;
  const entries = states.length > 1 ? states.map((name, s) => ({ name, colour: colourOf(s) })) : [];
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: (states.length > 1 ? ROW * rows.length : rowsHeight(rows.length)) + 36,
    marginLeft: LEFT,
    marginRight: 70,
    marginTop: 4,
    marginBottom: 28,
    style: STYLE,
    x: { domain: [0, end], ticks: 5, label: null, ...(data.share && { tickFormat: '.0%' }) },
    y: rowScale(rows.map(({ layer, state }) => (state === 0 ? names[layer] : ''))),
    marks: [
      Plot.barX(bars, { x1: 0, x2: 'most', y: 'row', fill: amountColours(3)[0] }),
      Plot.barX(bars, { x1: 0, x2: 'amount', y: 'row', fill: 'fill' }),
      Plot.text(bars, { x: (bar: { amount: number; most: number }) => Math.max(bar.amount, bar.most), y: 'row', text: 'words', textAnchor: 'start', dx: 6 }) // prettier-ignore
    ]
  }) as unknown as Element;
  return [[legend(title, entries, tools)], [plot]];
}
