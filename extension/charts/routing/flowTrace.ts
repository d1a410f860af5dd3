/** @file Flows as a plotly sankey, and as rows of a table. */
import type { Data } from 'plotly.js';
import type { ITheme } from '../../base/theme';
import { cell, type ICell } from '../../base/table';
import { OTHERS } from './biggestFlows';
import { expertColour, faded } from '../../base/colours';
import type { IFlow } from './expertFlows';
import type { IChartContext } from '../figure';
import { percent, plainText } from '../text';

/** How layers and experts are called. */
export interface IFlowNames {
  labels: readonly string[];
  /** [L][E]. */
  experts: readonly (readonly string[])[];
}

/** More experts than this in a column have no number beside them, save the chosen one. */
const NUMBERED = 24;

interface INode {
  layer: number;
  expert: number;
}

/** The bands in order of layers, each layer's biggest first; those of the chosen expert stand out. */
export function flowTrace(
  flows: readonly IFlow[],
  names: IFlowNames,
  chosen: readonly [number, number] | null,
  context: IChartContext
): { trace: Data; rows: (ICell | string)[][] } {
  const sorted = [...flows].sort((a, b) => a.layer - b.layer || b.volume - a.volume);
  const nodes = nodesOf(sorted);
  const at = new Map(nodes.map(({ layer, expert }, i) => [`${layer} ${expert}`, i]));
  const index = (layer: number, expert: number): number => at.get(`${layer} ${expert}`) ?? -1;
  const isChosen = (layer: number, expert: number): boolean => layer === chosen?.[0] && expert === chosen[1];
  const touches = ({ layer, source, target }: IFlow): boolean => isChosen(layer, source) || isChosen(layer + 1, target);
  const marked = nodes.some(({ layer, expert }) => isChosen(layer, expert));
  const { theme, trans } = context;
  const expertOf = (layer: number, expert: number): string =>
    expert === OTHERS ? trans.__('the others') : names.experts[layer][expert];
  const words = ({ layer, source, target, share, volume }: IFlow): string =>
    trans.__(
      '%1 of the tokens of %2 in layer %3 go to %4 in layer %5: %6 of all tokens',
      percent(share),
      expertOf(layer, source),
      names.labels[layer],
      expertOf(layer + 1, target),
      names.labels[layer + 1],
      percent(volume)
    );
  const colour = (flow: IFlow): string => {
    if (marked) {
      return touches(flow) ? theme.accent : faded('rgb(128, 128, 128)', 0.18);
    }
    return faded(nodeColour(flow.source, theme), 0.45);
  };
  const trace = {
    type: 'sankey',
    arrangement: 'fixed',
    node: {
      ...nodeStyle(nodes, isChosen, context),
      customdata: nodes.map((node) => ({
        ...node,
        words: plainText(trans.__('%1 of layer %2', expertOf(node.layer, node.expert), names.labels[node.layer]))
      })),
      hovertemplate: '%{customdata.words}: %{value:.1%}<extra></extra>'
    },
    link: {
      source: sorted.map(({ layer, source }) => index(layer, source)),
      target: sorted.map(({ layer, target }) => index(layer + 1, target)),
      value: sorted.map(({ volume }) => volume),
      color: sorted.map(colour),
      customdata: sorted.map((flow) => ({ layer: flow.layer, expert: flow.source, words: plainText(words(flow)) })),
      hovertemplate: '%{customdata.words}<extra></extra>'
    },
    textfont: { size: 10, color: theme.text }
  } as unknown as Data;
  return {
    trace,
    rows: sorted.map(({ layer, source, target, share, volume }) => [
      names.labels[layer],
      expertOf(layer, source),
      expertOf(layer + 1, target),
      cell(share, percent),
      cell(volume, percent)
    ])
  };
}

/** Experts that a flow leaves or reaches, by layer and number; those put together come last. */
function nodesOf(flows: readonly IFlow[]): INode[] {
  const nodes = new Map<string, INode>();
  flows.forEach(({ layer, source, target }) => {
    nodes.set(`${layer} ${source}`, { layer, expert: source });
    nodes.set(`${layer + 1} ${target}`, { layer: layer + 1, expert: target });
  });
  const rank = ({ expert }: INode): number => (expert === OTHERS ? Infinity : expert);
  return [...nodes.values()].sort((a, b) => a.layer - b.layer || (rank(a) < rank(b) ? -1 : 1));
}

function nodeStyle(
  nodes: readonly INode[],
  isChosen: (layer: number, expert: number) => boolean,
  { theme, trans }: IChartContext
): object {
  const crowded = (layer: number): boolean => nodes.filter((node) => node.layer === layer).length > NUMBERED;
  return {
    align: 'left',
    pad: 5,
    thickness: 12,
    label: nodes.map(({ layer, expert }) =>
      expert === OTHERS ? trans.__('others') : crowded(layer) && !isChosen(layer, expert) ? '' : String(expert)
    ),
    color: nodes.map(({ expert }) => nodeColour(expert, theme)),
    // One width for all: plotly places no label beside nodes of several.
    line: {
      color: nodes.map(({ layer, expert }) => (isChosen(layer, expert) ? theme.text : nodeColour(expert, theme))),
      width: 2
    }
  };
}

function nodeColour(expert: number, { colours }: ITheme): string {
  return expert === OTHERS ? 'rgb(128, 128, 128)' : expertColour(expert, colours).background;
}
