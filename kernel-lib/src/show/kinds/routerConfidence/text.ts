import { meanAgreement } from '../../../protocol';
import type { RouterConfidenceData } from '../../../protocol';
import { percent } from '../../format';
import { firstRows } from '../../texts/firstRows';

/** Mean confidence of each layer, and how often its first choice is the reference's. */
export function routerConfidenceText({ reference, layers, omitted }: RouterConfidenceData): string[] {
  const agreement = reference === '' ? [] : [`as ${reference}`];
  const rows = layers.map((layer) => [
    ...[layer.path, layer.router, percent(layer.mean)],
    ...agreement.map(() => percent(meanAgreement(layer)))
  ]);
  return firstRows({ head: ['layer', 'router', 'mean', ...agreement], rows, left: 2, of: 'layers', omitted });
}
