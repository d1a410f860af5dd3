/** @file What the reader may choose in the token strip: layers, choice, a step to compare with, size. */
import type { EarlierChoices, LayerRouting, TokenSample } from '@switchyard/kernel-lib/protocol';
import { choice as choiceOf } from '../choice';
import type { IChartContext, IChoice } from '../figure';

export interface IStripChoices {
  /** Indices of the layers shown. */
  shown: number[];
  /** Which choice of each token: 0 is its first. */
  choice: number;
  /** The step to compare with; null for none. */
  earlier: EarlierChoices | null;
  /** Small cells without text, for a look at all tokens at once. */
  overview: boolean;
  choices: IChoice[];
}

/** The choices that a sample offers, with what the reader selected. */
export function stripChoices(
  tokens: TokenSample,
  layers: readonly LayerRouting[],
  context: IChartContext
): IStripChoices {
  const { trans, layer } = context;
  const choices: IChoice[] = [];
  const offer = (name: string, label: string, options: IChoice['options']): string => {
    const offered = choiceOf(context, `token-strip.${name}`, label, options);
    if (options.length > 1) {
      choices.push(offered);
    }
    return offered.selected;
  };
  const inView = { value: 'one', text: trans.__('in view') };
  const all = layers.length > 1 ? [{ value: 'all', text: trans.__('all') }] : [];
  const shown = offer('layers', trans.__('Layers'), [inView, ...all]) === 'all' ? layers.map((_, i) => i) : [layer];
  const most = Math.max(...shown.map((i) => layers[i].k));
  const ranks = Array.from({ length: most }, (_, i) => ({ value: String(i), text: trans.__('choice %1', i + 1) }));
  const choice = Number(offer('choice', trans.__('Choice'), ranks));
  const steps = (tokens.earlier ?? []).map(({ step }) => ({ value: String(step), text: trans.__('step %1', step) }));
  const compared = offer('compare', trans.__('Beside'), [{ value: 'none', text: trans.__('nothing') }, ...steps]);
  const size = offer('size', trans.__('Size'), [
    { value: 'text', text: trans.__('text') },
    { value: 'overview', text: trans.__('overview') }
  ]);
  const earlier = tokens.earlier?.find(({ step }) => String(step) === compared) ?? null;
  return { shown, choice, earlier, overview: size === 'overview', choices };
}
