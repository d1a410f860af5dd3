import type { LayerRouting, Numeric, Payload, Source } from '../protocol';
import { textTable } from './textTable';

const COLUMNS: [string, (layer: LayerRouting) => string][] = [
  ['layer', (layer) => layer.path],
  ['router', (layer) => layer.router],
  ['k of E', (layer) => `${layer.k} of ${layer.numExperts}`],
  ['MaxVio', (layer) => decimals(layer.maxVio)],
  ['CV', (layer) => decimals(layer.cv)],
  ['entropy', (layer) => decimals(layer.entropy)],
  ['in use', (layer) => percent(layer.effectiveExperts)],
  ['dead', (layer) => percent(layer.deadFraction)],
  ['dropped', (layer) => percent(layer.dropped)]
];

/** A payload as a compact table. */
export function payloadText(payload: Payload): string {
  return [heading(payload.source), ...textForms(payload)].map(printable).join('\n');
}

function textForms(payload: Payload): string[] {
  switch (payload.kind) {
    case 'routing':
      return [
        ...table(payload.data.layers, payload.data.omittedLayers ?? 0),
        ...scalarLine(payload.data.history.scalars)
      ];
    case 'training':
      return scalarLine(payload.data.scalars);
    default:
      return [];
  }
}

/** The last value of each series, as one line; none where there is no series. */
function scalarLine(scalars: Record<string, Numeric[]>): string[] {
  const latest = Object.entries(scalars).map(([name, values]) => `${name} ${significant(lastOf(values))}`);
  return latest.length > 0 ? [latest.join(', ')] : [];
}

/** What runs, how far it is, and how it ended. */
export function heading(source: Source): string {
  return `${source.title}: ${progress(source)}`;
}

/** How far a run is, and how it ended. */
export function progress({ step, totalSteps, status }: Source): string {
  return `step ${step}${totalSteps === null ? '' : ` of ${totalSteps}`}, ${status}`;
}

/** The last value of a series that is not null; null where there is none. */
export function lastOf(values: readonly Numeric[]): Numeric {
  return values.filter((value) => value !== null).at(-1) ?? null;
}

/** Control characters and lone surrogates have no place in a terminal or in XML. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, ' ');
}

function table(layers: readonly LayerRouting[], omitted: number): string[] {
  if (layers.length === 0) {
    return ['no routed layer has run yet'];
  }
  const rows = [COLUMNS.map(([name]) => name), ...layers.map((layer) => COLUMNS.map(([, cell]) => cell(layer)))];
  const lines = textTable(rows, 2);
  return omitted > 0 ? [...lines, `${omitted} more layers`] : lines;
}

/** A number with three decimals; null as a dash. */
export function decimals(value: Numeric): string {
  return value === null ? '-' : value.toFixed(3);
}

/** A share as a percentage; null as a dash. */
export function percent(value: Numeric): string {
  return value === null ? '-' : `${(100 * value).toFixed(1)}%`;
}

/** A number with four digits that count; null as a dash. */
export function significant(value: Numeric): string {
  return value === null ? '-' : String(Number(value.toPrecision(4)));
}
