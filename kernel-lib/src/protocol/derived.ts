/** @file Numbers that follow from a payload's, for whoever shows it: the panel, a picture, a table of text. */
import type { DepthUsageData, LayerConfidence, TimelineData } from './kinds';

/** Share of all layers' tokens that took each module; M. Layers where no token came do not count. */
export function meanUsage({ modules, usage }: DepthUsageData): number[] {
  const rows = usage.filter((row) => row.some((share) => share > 0));
  return modules.map((_, m) => rows.reduce((sum, row) => sum + row[m], 0) / Math.max(1, rows.length));
}

/** Share of a layer's tokens whose first choice is the reference's; null where unknown. */
export function meanAgreement({ tokens, agreement }: LayerConfidence): number | null {
  const known = tokens.map((share, bin) => ({ share, right: agreement[bin] ?? null })).filter(({ share }) => share > 0);
  const total = known.reduce((sum, { share, right }) => sum + (right === null ? 0 : share), 0);
  return total === 0 ? null : known.reduce((sum, { share, right }) => sum + share * (right ?? 0), 0) / total;
}

/** End of the last span, in milliseconds. */
export function lastEnd({ spans }: TimelineData): number {
  return spans.reduce((last, { end }) => Math.max(last, end), 0);
}

/** Milliseconds in which each device has at least one span; what overlaps counts once. */
export function busyTime({ devices, spans }: TimelineData): number[] {
  const ordered = [...spans].sort((a, b) => a.start - b.start);
  return devices.map((_, device) => {
    let [busy, until] = [0, 0];
    for (const { start, end } of ordered.filter((span) => span.device === device)) {
      busy += Math.max(0, end - Math.max(start, until));
      until = Math.max(until, end);
    }
    return busy;
  });
}
