import { MAX_HISTORY_STEPS, MAX_LAYERS } from '../../../protocol';
import type { LayerAmountsData, LayerAmountsPayload, Numeric } from '../../../protocol';
import { blendNumbers } from '../../../study/telemetry/blends';
import { roundScalar } from '../../bounds/rounding';
import { evenly } from '../../bounds/evenly';
import { fit } from '../../bounds/fit';
import { legal, short } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';
import { thinTo } from '../../bounds/scalars';

/** Fewer steps than this are no course of a run. */
const FEW_STEPS = 16;

/** Neighbouring steps are averaged, then layers go, evenly over the depth, at last the scalars, and labels are cut. */
export function boundLayerAmounts(payload: LayerAmountsPayload): LayerAmountsPayload {
  const data = rounded(payload.data, legal);
  const brief = { ...rounded(payload.data, short), scalars: {} };
  const steps = Math.min(MAX_HISTORY_STEPS, data.steps.length);
  const few = Math.min(FEW_STEPS, steps);
  const layers = Math.min(MAX_LAYERS, data.layers.length);
  return fit(payload, [
    { max: steps, least: few, keep: (count) => withSteps(withLayers(data, layers), count) },
    { max: layers, least: 1, keep: (count) => withSteps(withLayers(data, count), few) },
    { max: layers, least: 0, keep: (count) => withSteps(withLayers(brief, count), few) }
  ]);
}

function rounded(data: LayerAmountsData, text: (label: string) => string): LayerAmountsData {
  return {
    ...data,
    measure: text(data.measure),
    unit: text(data.unit),
    layers: data.layers.map(text),
    states: data.states.map(text),
    amounts: data.amounts.map((row) => row.map(roundScalar)),
    most: data.most.map(roundScalar),
    scalars: mapped(data.scalars, (values) => values.map(roundScalar))
  };
}

function withLayers(data: LayerAmountsData, count: number): LayerAmountsData {
  if (count === data.layers.length) {
    return data;
  }
  const kept = evenly(data.layers.length, count);
  const [layers, amounts] = [kept.map((i) => data.layers[i]), kept.map((i) => data.amounts[i])];
  const most = data.most.length === 0 ? [] : kept.map((i) => data.most[i]);
  return { ...data, layers, amounts, most, ...omitted(data.omitted, data.layers.length - count) };
}

/** The same in fewer bins of steps; of states as it is. */
function withSteps(data: LayerAmountsData, count: number): LayerAmountsData {
  if (data.steps.length <= count) {
    return data;
  }
  const { steps, scalars, amounts } = data;
  const series = new Map<string, Numeric[]>([
    ...amounts.map((row, i): [string, Numeric[]] => [`layer ${i}`, row]),
    ...Object.entries(scalars).map(([name, values]): [string, Numeric[]] => [`scalar ${name}`, values])
  ]);
  const thinned = thinTo({ steps, series }, count, blendNumbers);
  const read = (key: string): Numeric[] => thinned.series.get(key)!.map(roundScalar);
  return {
    ...data,
    steps: thinned.steps,
    amounts: amounts.map((_, i) => read(`layer ${i}`)),
    scalars: Object.fromEntries(Object.keys(scalars).map((name) => [name, read(`scalar ${name}`)]))
  };
}

function mapped<A, B>(record: Record<string, A>, f: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));
}
