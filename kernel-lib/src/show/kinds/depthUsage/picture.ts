import type { DepthUsageData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { percent } from '../../format';
import { amountColours } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { LEFT, rowScale, rowsHeight } from '../../pictures/rows';
import { STYLE, WIDTH } from '../../pictures/sizes';

/** More would make a file of hundreds of kB: then fewer of the tokens are drawn. */
const MOST_CELLS = 1500;

/** Stacked shares of each module by layer, and what each layer executed for the first tokens. */
export function depthUsagePicture(data: DepthUsageData, tools: Drawing): (Element | null)[][] {
  const { layers, modules, cost, budget } = data;
  if (layers.length === 0) {
    return [];
  }
  const colours = amountColours(modules.length);
  const entries = modules.map((name, m) => ({ name, colour: colours[m] }));
  const limit = budget === null ? '' : `, budget ${percent(budget)}`;
  const title = cost === null ? 'share of tokens' : `share of tokens; cost ${percent(cost)}${limit}`;
  return [[legend(title, entries, tools)], [usageBars(data, colours, tools)], [tokenCells(data, colours, tools)]];
}

function usageBars({ layers, modules, usage }: DepthUsageData, range: string[], { Plot, document }: Drawing): Element {
  const bars = usage.flatMap((row, layer) => row.map((share, module) => ({ layer, module, share })));
  return Plot.plot({
    document,
    width: WIDTH,
    height: rowsHeight(layers.length) + 40,
    marginLeft: LEFT,
    marginTop: 4,
    marginBottom: 32,
    style: STYLE,
    color: { type: 'ordinal', domain: modules.map((_, m) => m), range },
    x: { domain: [0, 1], percent: false, tickFormat: '.0%', label: null },
    y: rowScale(layers),
    marks: [Plot.barX(bars, Plot.stackX({ x: 'share', y: 'layer', fill: 'module', order: 'module' }))]
  }) as unknown as Element;
}

function tokenCells(
  { layers, modules, tokens }: DepthUsageData,
  range: string[],
  { Plot, document }: Drawing
): Element | null {
  if (tokens === null || tokens.text.length === 0) {
    return null;
  }
  const count = Math.max(1, Math.min(tokens.text.length, Math.floor(MOST_CELLS / layers.length)));
  const cells = tokens.executed.flatMap((row, layer) =>
    row.slice(0, count).flatMap((module, token) => (module < 0 ? [] : [{ layer, token: token + 1, module }]))
  );
  const columns = Array.from({ length: count }, (_, t) => t + 1);
  return Plot.plot({
    document,
    width: WIDTH,
    height: rowsHeight(layers.length) + 44,
    marginLeft: LEFT,
    marginTop: 8,
    marginBottom: 36,
    style: STYLE,
    color: { type: 'ordinal', domain: modules.map((_, m) => m), range },
    x: {
      type: 'band',
      round: false,
      domain: columns,
      ticks: columns.filter((t) => t === 1 || t % Math.max(5, Math.ceil(count / 80) * 5) === 0),
      tickSize: 3,
      label: `token (the first ${count} of the sample)`,
      labelAnchor: 'center',
      labelArrow: 'none',
      padding: 0
    },
    y: rowScale(layers),
    marks: [Plot.cell(cells, { shapeRendering: 'crispEdges', x: 'token', y: 'layer', fill: 'module' })]
  }) as unknown as Element;
}
