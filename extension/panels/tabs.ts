/** @file The pictures of a panel, tab by tab. A new picture is one line here. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { coActivation } from '../charts/routing/coActivation';
import { coActivationGraph } from '../charts/routing/coActivationGraph';
import { flow } from '../charts/routing/flow';
import { loadHeatmap } from '../charts/routing/loadHeatmap';
import { loadOverTime } from '../charts/routing/loadOverTime';
import { scalars } from '../charts/scalars';
import { specialisation } from '../charts/routing/specialisation';
import { topTokens } from '../charts/routing/topTokens';
import { FigurePicture } from './figurePicture';
import type { Chart } from './forKinds';
import { forKinds } from './forKinds';
import { kindTabs } from './kindTabs';
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
      id: 'experts',
      label: trans.__('Experts'),
      kinds: ['routing'],
      create: () => [
        figure('specialisation', trans.__('What experts are for'), forKinds(['routing'], specialisation)),
        figure('top-tokens', trans.__('Most frequent tokens of an expert'), forKinds(['routing'], topTokens)),
        figure('co-activation', trans.__('Experts chosen together'), forKinds(['routing'], coActivation)),
        figure(
          'co-activation-graph',
          trans.__('Experts chosen together, as a graph'),
          forKinds(['routing'], coActivationGraph)
        )
      ]
    },
    {
      id: 'flow',
      label: trans.__('Flow'),
      kinds: ['routing'],
      create: () => [figure('flow', trans.__('Flow between layers'), forKinds(['routing'], flow))]
    },
    {
      id: 'scalars',
      label: trans.__('Scalars'),
      kinds: ['routing', 'training'],
      create: () => [figure('scalars', trans.__('Scalars over the run'), forKinds(['routing', 'training'], scalars))]
    },
    ...kindTabs(trans, figure)
  ];
}
