/** @file What the colours and lines of a graph mean: the scale of curvature, and names. */
import type { IGraphKey } from '../charts/graphRewiring/graphScene';
import { element } from '../base/dom';
import type { ITheme } from '../base/theme';

const STYLES = { kept: 'solid', added: 'dashed', removed: 'dotted' } as const;

/** The scale, and a mark with each name. */
export function graphKey({ measure, least, most, colours, lines, classes }: IGraphKey, theme: ITheme): HTMLElement[] {
  const bar = element('i', { class: 'jp-switchyard-graphScale' });
  bar.style.background = `linear-gradient(to right, ${colours.join(', ')})`;
  const scale = element('span', {}, ...[measure, least].map((text) => element('span', { text })), bar, element('span', { text: most })); // prettier-ignore
  const line = ({ name, state }: IGraphKey['lines'][number]): HTMLElement => {
    const mark = element('i');
    mark.style.borderTop = `2px ${STYLES[state]} ${theme.mutedText}`;
    return element('span', {}, mark, element('span', { text: name }));
  };
  const dot = ({ name, colour }: IGraphKey['classes'][number]): HTMLElement => {
    const mark = element('b');
    mark.style.background = colour;
    return element('span', {}, mark, element('span', { text: name }));
  };
  return [scale, ...lines.map(line), ...classes.map(dot)];
}
