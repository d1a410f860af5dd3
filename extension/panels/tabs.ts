/** @file The pictures of a panel, tab by tab. A new picture is one line here. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IFigure } from '../charts';
import {
  confidenceAgreement,
  confidenceByLayer,
  depthTokens,
  depthUsage,
  loadHeatmap,
  loadOverTime,
  pareto,
  scalars
} from '../charts';
import { FigurePicture } from './figurePicture';
import type { IPicture } from './picture';
import { TokenPicture } from './tokenPicture';

export interface ITab {
  id: string;
  label: string;
  /** Kinds of payload that have something for this tab. */
  kinds: readonly Payload['kind'][];
  create: () => IPicture[];
}

export function createTabs(trans: TranslationBundle): ITab[] {
  const figure = (id: string, title: string, chart: Chart): IPicture => new FigurePicture({ id, title, chart, trans });
  return [
    {
      id: 'load',
      label: trans.__('Load'),
      kinds: ['routing'],
      create: () => [
        figure('load-heatmap', trans.__('Load of each expert, by layer'), forKinds(['routing'], loadHeatmap)),
        figure('load-over-time', trans.__('Load over time, one layer'), forKinds(['routing'], loadOverTime))
      ]
    },
    { id: 'tokens', label: trans.__('Tokens'), kinds: ['routing'], create: () => [new TokenPicture(trans)] },
    {
      id: 'scalars',
      label: trans.__('Scalars'),
      kinds: ['routing', 'training'],
      create: () => [figure('scalars', trans.__('Scalars over the run'), forKinds(['routing', 'training'], scalars))]
    },
    {
      id: 'depth',
      label: trans.__('Depth'),
      kinds: ['depth-usage'],
      create: () => [
        figure('depth-usage', trans.__('What tokens took of each layer'), forKinds(['depth-usage'], depthUsage)),
        figure('depth-tokens', trans.__('Token by token'), forKinds(['depth-usage'], depthTokens))
      ]
    },
    {
      id: 'confidence',
      label: trans.__('Confidence'),
      kinds: ['router-confidence'],
      create: () => [
        figure(
          'confidence-by-layer',
          trans.__('Confidence of each router'),
          forKinds(['router-confidence'], confidenceByLayer)
        ),
        figure(
          'confidence-agreement',
          trans.__('Confidence and agreement, one layer'),
          forKinds(['router-confidence'], confidenceAgreement)
        )
      ]
    },
    {
      id: 'front',
      label: trans.__('Front'),
      kinds: ['pareto'],
      create: () => [figure('pareto', trans.__('Pareto front'), forKinds(['pareto'], pareto))]
    }
  ];
}

type Chart = (payload: Payload, context: IChartContext) => IFigure | null;

/** A chart of some kinds of payload, as one that has nothing to say of the others. */
function forKinds<K extends Payload['kind']>(
  kinds: readonly K[],
  chart: (payload: Extract<Payload, { kind: K }>, context: IChartContext) => IFigure | null
): Chart {
  return (payload, context) =>
    (kinds as readonly string[]).includes(payload.kind)
      ? chart(payload as Extract<Payload, { kind: K }>, context)
      : null;
}
