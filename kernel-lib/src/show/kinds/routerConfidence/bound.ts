import type { LayerConfidence, RouterConfidenceData, RouterConfidencePayload } from '../../../protocol';
import { roundNumber, roundTo } from '../../bounds/rounding';
import { evenly } from '../../bounds/evenly';
import { fit } from '../../bounds/fit';
import { legal } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';

const SHARE_DECIMALS = 4;

/** Layers are left out, evenly over the depth. */
export function boundRouterConfidence(payload: RouterConfidencePayload): RouterConfidencePayload {
  const { data } = payload;
  const edges = data.edges.map((edge) => roundNumber(edge, 6));
  const rounded = { ...data, edges, reference: legal(data.reference), layers: data.layers.map(roundLayer) };
  return fit(payload, [{ max: data.layers.length, least: 0, keep: (count) => withLayers(rounded, count) }]);
}

function roundLayer(layer: LayerConfidence): LayerConfidence {
  return {
    path: legal(layer.path),
    router: legal(layer.router),
    tokens: layer.tokens.map((share) => roundNumber(share, SHARE_DECIMALS)),
    agreement: layer.agreement.map((share) => roundTo(share, SHARE_DECIMALS)),
    mean: roundTo(layer.mean, SHARE_DECIMALS)
  };
}

function withLayers(data: RouterConfidenceData, count: number): RouterConfidenceData {
  const layers = evenly(data.layers.length, count).map((i) => data.layers[i]);
  return { ...data, layers, ...omitted(data.omitted, data.layers.length - count) };
}
