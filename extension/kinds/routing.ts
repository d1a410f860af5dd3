/** @file Which token goes to which expert. */
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext } from '../charts/figure';
import { coActivation } from '../charts/routing/coActivation';
import { coActivationGraph } from '../charts/routing/coActivationGraph';
import { expertCapacity } from '../charts/routing/expertCapacity';
import { expertContexts } from '../charts/routing/expertContexts';
import { withFewerTokens } from '../charts/routing/fewerTokens';
import { filled, lacking } from '../charts/routing/filled';
import { flow } from '../charts/routing/flow';
import { loadHeatmap } from '../charts/routing/loadHeatmap';
import { loadOverTime } from '../charts/routing/loadOverTime';
import { LoadsTable } from '../charts/routing/loadsTable';
import { routerHistory } from '../charts/routing/routerHistory';
import { routerLogits, routerMargins } from '../charts/routing/routerScores';
import { routingAt } from '../charts/routing/routingAt';
import { routingHealth } from '../charts/routing/routingHealth';
import { routingScalars, routingSeries } from '../charts/routing/routingScalars';
import { selectionBias } from '../charts/routing/selectionBias';
import { specialisation } from '../charts/routing/specialisation';
import { tokenLoss } from '../charts/routing/tokenLoss';
import { tokenStrip } from '../charts/routing/tokenStrip';
import { topTokens } from '../charts/routing/topTokens';
import { expertNames, layerLabels } from '../charts/text';
import type { IKind } from './kind';

/** A picture of no more tokens than the reader wants to see. */
function fewer<T>(draw: (payload: RoutingPayload, context: IChartContext) => T): typeof draw {
  return (payload, context) => draw(withFewerTokens(payload, context.maxTokens), context);
}

export const routing: IKind<RoutingPayload> = {
  tabs: (trans) => [
    {
      id: 'load',
      label: trans.__('Load'),
      pictures: [
        { id: 'load-heatmap', title: trans.__('Load of each expert, by layer'), chart: loadHeatmap },
        { id: 'expert-capacity', title: trans.__('Room of each expert, one layer'), chart: expertCapacity },
        { id: 'load-over-time', title: trans.__('Load over time, one layer'), chart: loadOverTime }
      ]
    },
    {
      id: 'tokens',
      label: trans.__('Tokens'),
      pictures: [
        {
          id: 'token-strip',
          title: trans.__('Tokens, coloured by expert'),
          strip: fewer(tokenStrip)
        },
        { id: 'token-loss', title: trans.__('Loss of each token'), chart: fewer(tokenLoss) }
      ]
    },
    {
      id: 'experts',
      label: trans.__('Experts'),
      pictures: [
        { id: 'specialisation', title: trans.__('What experts are for'), chart: specialisation },
        { id: 'top-tokens', title: trans.__('Most frequent tokens of an expert'), chart: topTokens },
        { id: 'expert-contexts', title: trans.__('Contexts that an expert takes most'), passages: expertContexts },
        { id: 'co-activation', title: trans.__('Experts chosen together'), chart: coActivation },
        { id: 'co-activation-graph', title: trans.__('Experts chosen together, as a graph'), chart: coActivationGraph }
      ]
    },
    {
      id: 'routers',
      label: trans.__('Routers'),
      pictures: [
        { id: 'router-logits', title: trans.__('Logits of each router'), chart: routerLogits },
        { id: 'router-margins', title: trans.__('Margin of the first choice over the second'), chart: routerMargins },
        { id: 'selection-bias', title: trans.__('Selection bias, one layer'), chart: selectionBias },
        { id: 'router-history', title: trans.__('Routers over the run'), chart: routerHistory }
      ]
    },
    {
      id: 'flow',
      label: trans.__('Flow'),
      pictures: [{ id: 'flow', title: trans.__('Flow between layers'), chart: flow }]
    },
    {
      id: 'scalars',
      label: trans.__('Scalars'),
      pictures: [{ id: 'scalars', title: trans.__('Scalars over the run'), chart: routingScalars }],
      whole: true
    }
  ],
  output: (trans) => new LoadsTable(trans),
  layers: ({ layers }) => layerLabels(layers),
  paths: ({ layers }) => layers.map(({ path }) => path),
  experts: ({ layers }, layer, trans) => (layer < layers.length ? expertNames(layers[layer], trans) : []),
  replay: { steps: ({ history }) => history.loadSteps, at: routingAt },
  details: { lacking, filled },
  brief: ({ layers }, trans) => {
    const known = layers.flatMap(({ maxVio }) => maxVio ?? []);
    return known.length === 0 ? null : trans.__('MaxVio %1', Math.max(...known).toFixed(2));
  },
  health: routingHealth,
  scalars: routingSeries,
  steered: true
};
