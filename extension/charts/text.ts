/** @file Text of figures: labels stay text, numbers stay short. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LayerRouting, Numeric } from '@switchyard/kernel-lib/protocol';

/** plotly reads a small markup in every label; a payload's text must not be read so. */
export function plainText(label: string): string {
  return /[&<>]/.test(label) ? label.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;') : label;
}

/** At most `length` characters; the end is what tells paths apart. */
export function shortened(label: string, length = 12): string {
  return label.length <= length ? label : `…${label.slice(1 - length)}`;
}

/** Labels of layers for an axis: their numbers where these tell them apart ("layers.2.moe" is "2"), else the paths. */
export function layerLabels(layers: readonly { path: string }[], length?: number): string[] {
  const numbers = layers.map((layer) => /\d+/.exec(layer.path)?.[0]);
  const apart = numbers.every(Boolean) && new Set(numbers).size === layers.length;
  return layers.map((layer, i) => (apart ? (numbers[i] as string) : shortened(layer.path, length)));
}

/** An expert's label; a bare number gets its noun. */
export function expertName(label: string, trans: TranslationBundle): string {
  return expertNamer(trans)(label);
}

/** Names of a layer's experts: their labels, or their numbers where the labels did not fit; E. */
export function expertNames(layer: LayerRouting, trans: TranslationBundle): string[] {
  const name = expertNamer(trans);
  return Array.from({ length: layer.numExperts }, (_, e) => name(layer.experts[e] ?? String(e)));
}

function expertNamer(trans: TranslationBundle): (label: string) => string {
  const numbered = phrase((number) => trans.__('expert %1', number));
  return (label) => (/^\d+$/.test(label) ? numbered(label) : label);
}

/** A phrase with one blank, translated once however often it is filled. */
export function phrase(fill: (blank: string) => string): (text: string) => string {
  const filled = phraseOf(1, ([blank]) => fill(blank));
  return (text) => filled([text]);
}

/** A phrase with so many blanks, at most eight, translated once however often it is filled. */
export function phraseOf(
  blanks: number,
  fill: (blanks: readonly string[]) => string
): (texts: readonly string[]) => string {
  // Characters that stand in no text, and which a translation may put in any order.
  const marks = Array.from({ length: blanks }, (_, i) => String.fromCharCode(i));
  const parts = fill(marks).split(/([\0-\x07])/);
  return (texts) => parts.map((part, i) => (i % 2 === 0 ? part : texts[part.charCodeAt(0)])).join('');
}

/** A token's text with white space made visible. */
export function visibleText(text: string): string {
  return text === '' ? '∅' : text.replace(/\r?\n/g, '⏎').replace(/\t/g, '⇥').replace(/ /g, '·');
}

/** A share as a percentage, for example "6.3 %". */
export function percent(share: Numeric): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`;
}

/** A number with three significant digits. */
export function brief(value: Numeric): string {
  if (value === null) {
    return '–';
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    return value.toExponential(1);
  }
  return size >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
