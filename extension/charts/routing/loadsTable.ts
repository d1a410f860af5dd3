/** @file The loads of a routed model in its output: a row a layer, changed in place from snapshot to snapshot. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LayerRouting, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { IColours } from '../../base/colours';
import type { ITheme } from '../../base/theme';
import { brief, layerLabels, percent } from '../text';
import { timesFair } from '../load';
import { element, setText } from '../../base/dom';
import { LoadLegend } from './loadLegend';
import { LoadStrip } from './loadStrip';

/** Rows of the table; the panel shows every layer. */
const MAX_ROWS = 12;

interface IRow {
  node: HTMLElement;
  label: HTMLElement;
  strip: LoadStrip;
  numbers: HTMLElement[];
}

export class LoadsTable {
  readonly node = element('table', { class: 'jp-switchyard-loads' });

  constructor(trans: TranslationBundle) {
    this._trans = trans;
    this._legend = new LoadLegend(trans);
    const columns = [
      trans.__('Layer'),
      trans.__('Load by expert'),
      trans.__('MaxVio'),
      trans.__('Entropy'),
      trans.__('Dropped')
    ];
    const head = element('tr', {}, ...columns.map((text) => element('th', { text, attributes: { scope: 'col' } })));
    this.node.append(element('thead', {}, head), this._body);
  }

  /** The table and the meaning of its colours; nothing before the first layer has run. */
  show({ data }: RoutingPayload, { colours }: ITheme): Node[] {
    this._fill(data.layers, colours);
    this._legend.show(colours);
    return data.layers.length > 0 ? [this.node, this._legend.node] : [];
  }

  /** The least balanced layers, in their order: the load of each, expert by expert, and the key numbers. */
  private _fill(all: readonly LayerRouting[], colours: IColours): void {
    const shown = worst(all);
    const layers = shown.map((i) => all[i]);
    const names = layerLabels(all);
    const labels = shown.map((i) => names[i]);
    const ratios = layers.map((layer) => layer.load.map((load) => timesFair(load, layer.numExperts)));
    this._make(layers.map(({ numExperts }) => numExperts));
    layers.forEach((layer, i) => {
      const { label, strip, numbers } = this._rows[i];
      setText(label, labels[i]);
      strip.show(ratios[i], colours);
      const fullest = brief(Math.max(...ratios[i]));
      strip.node.setAttribute(
        'aria-label',
        this._trans.__('%1 experts, the fullest at %2 × fair share', layer.numExperts, fullest)
      );
      [brief(layer.maxVio), brief(layer.entropy), percent(layer.dropped)].forEach((text, n) =>
        setText(numbers[n], text)
      );
    });
    this._tellOf(all.length - layers.length);
  }

  /** Rows for layers of so many experts each; those that are there stay. */
  private _make(sizes: readonly number[]): void {
    const key = sizes.join();
    if (key !== this._key) {
      this._key = key;
      this._rows = sizes.map(row);
      this._body.replaceChildren(...this._rows.map(({ node }) => node));
    }
  }

  private _tellOf(hidden: number): void {
    this._caption.remove();
    if (hidden > 0) {
      const words = this._trans._n(
        'These are the least balanced; %1 more layer in the panel',
        'These are the least balanced; %1 more layers in the panel',
        hidden
      );
      setText(this._caption, words);
      this.node.append(this._caption);
    }
  }

  private _trans: TranslationBundle;
  private _legend: LoadLegend;
  private _body = element('tbody');
  private _caption = element('caption');
  private _rows: IRow[] = [];
  private _key = '';
}

/** Indices of the layers that are shown, ascending: those of the largest MaxVio, of equal ones the first. */
function worst(layers: readonly LayerRouting[]): number[] {
  const vio = (i: number): number => layers[i].maxVio ?? -1;
  const order = layers.map((_, i) => i).sort((a, b) => vio(b) - vio(a) || a - b);
  return order.slice(0, MAX_ROWS).sort((a, b) => a - b);
}

function row(numExperts: number): IRow {
  const label = element('th', { attributes: { scope: 'row' } });
  const strip = new LoadStrip(numExperts);
  const numbers = Array.from({ length: 3 }, () => element('td'));
  return { node: element('tr', {}, label, element('td', {}, strip.node), ...numbers), label, strip, numbers };
}
