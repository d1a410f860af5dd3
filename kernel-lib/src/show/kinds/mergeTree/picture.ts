import { treeLayout } from '../../../protocol';
import type { ExpertTree, MergeTreeData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { printable } from '../../format';
import { colourOf } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { LEFT, rowScale, rowsHeight } from '../../pictures/rows';
import { STYLE, WIDTH } from '../../pictures/sizes';

/** More layers would make a long picture. */
const MOST_LAYERS = 4;

/** The trees of the first layers: leaves are rows, distance goes to the right. */
export function mergeTreePicture({ metric, layers, omitted = 0 }: MergeTreeData, tools: Drawing): (Element | null)[][] {
  const shown = layers.slice(0, MOST_LAYERS);
  const more = layers.length - shown.length + omitted;
  const last = more > 0 ? [[legend(`${more} more layers`, [], tools)]] : [];
  return [...shown.flatMap((tree) => [[legend(tree.path, [], tools)], [branches(tree, metric, tools)]]), ...last];
}

function branches(tree: ExpertTree, metric: string, { Plot, document }: Drawing): Element {
  const { order, joins } = treeLayout(tree);
  const colour = (experts: readonly number[]): string => {
    const groups = new Set(experts.map((expert) => tree.groups.at(expert)));
    const [group] = groups;
    return groups.size === 1 && group !== undefined ? colourOf(group) : '#777777';
  };
  const points = joins.flatMap(({ rows: [a, b], from: [near, far], distance, members }, join) =>
    [
      [near, a],
      [distance, a],
      [distance, b],
      [far, b]
    ].map(([x, y]) => ({ join, x, y, colour: colour(members) }))
  );
  const leaves = order.map((expert, row) => ({ row, colour: colour([expert]) }));
  const { ticks, tickFormat } = rowScale(order.map((expert) => tree.experts[expert]));
  return Plot.plot({
    document,
    width: WIDTH,
    height: rowsHeight(order.length) + 40,
    marginLeft: LEFT,
    marginTop: 8,
    marginBottom: 36,
    style: STYLE,
    x: { nice: true, zero: true, label: printable(metric), labelAnchor: 'center', labelArrow: 'none', grid: true },
    y: { type: 'linear', domain: [order.length - 0.5, -0.5], ticks, tickFormat, tickSize: 0, label: null },
    marks: [
      Plot.line(points, { x: 'x', y: 'y', z: 'join', stroke: 'colour', strokeWidth: 1.5 }),
      Plot.dot(leaves, { x: 0, y: 'row', symbol: 'square', r: 4, fill: 'colour' })
    ]
  }) as unknown as Element;
}
