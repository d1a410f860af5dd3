/** @file Few enough flows for a picture: the fullest experts by themselves, the others together, the biggest flows. */
import type { IFlow } from './expertFlows';

/** Experts of a layer that are drawn by themselves, and flows between two layers. */
const EXPERTS = 16;
const FLOWS = 60;

/** Stands for all experts that are not drawn by themselves. */
export const OTHERS = -1;

export interface IBiggestFlows {
  flows: IFlow[];
  /** Share of the volume that is drawn. */
  covered: number;
  /** Whether experts were put together. */
  grouped: boolean;
}

/** The biggest flows, all of the chosen expert (`[layer, expert]`), and each expert's biggest in and out. */
export function biggestFlows(flows: readonly IFlow[], chosen: readonly [number, number] | null): IBiggestFlows {
  const own = fullest(flows, chosen);
  const merged = mergeOthers(flows, own);
  const kept = new Set<IFlow>();
  for (const layer of new Set(merged.map((flow) => flow.layer))) {
    const here = merged.filter((flow) => flow.layer === layer).sort((a, b) => b.volume - a.volume);
    const seen = new Set<string>();
    here.forEach((flow, rank) => {
      const ends = [`from ${flow.source}`, `to ${flow.target}`];
      const touched =
        chosen !== null &&
        ((flow.layer === chosen[0] && flow.source === chosen[1]) ||
          (flow.layer + 1 === chosen[0] && flow.target === chosen[1]));
      if (rank < FLOWS || touched || ends.some((end) => !seen.has(end))) {
        kept.add(flow);
      }
      ends.forEach((end) => seen.add(end));
    });
  }
  const sum = (some: Iterable<IFlow>): number => [...some].reduce((total, { volume }) => total + volume, 0);
  return {
    flows: merged.filter((flow) => kept.has(flow)),
    covered: sum(kept) / (sum(flows) || 1),
    grouped: merged.some(({ source, target }) => source === OTHERS || target === OTHERS)
  };
}

/** Experts by layer that are drawn by themselves: all where they are few, else the fullest and the chosen one. */
function fullest(flows: readonly IFlow[], chosen: readonly [number, number] | null): Map<number, Set<number>> {
  const volumes = new Map<number, Map<number, number>>();
  const add = (layer: number, expert: number, volume: number): void => {
    const row = volumes.get(layer) ?? new Map<number, number>();
    volumes.set(layer, row.set(expert, Math.max(row.get(expert) ?? 0, 0) + volume));
  };
  flows.forEach(({ layer, source, target, volume }) => {
    // A layer between two others has the same tokens coming and going.
    add(layer, source, volume);
    add(layer + 1, target, volume);
  });
  return new Map(
    [...volumes].map(([layer, row]) => {
      const ranked = [...row].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([expert]) => expert);
      const own = new Set(ranked.length > EXPERTS + 1 ? ranked.slice(0, EXPERTS) : ranked);
      if (chosen !== null && chosen[0] === layer && row.has(chosen[1])) {
        own.add(chosen[1]);
      }
      return [layer, own];
    })
  );
}

function mergeOthers(flows: readonly IFlow[], own: ReadonlyMap<number, ReadonlySet<number>>): IFlow[] {
  const name = (layer: number, expert: number): number => (own.get(layer)?.has(expert) ? expert : OTHERS);
  const merged = new Map<string, IFlow>();
  const leaving = new Map<string, number>();
  for (const flow of flows) {
    const source = name(flow.layer, flow.source);
    const target = name(flow.layer + 1, flow.target);
    const key = `${flow.layer} ${source} ${target}`;
    const volume = (merged.get(key)?.volume ?? 0) + flow.volume;
    merged.set(key, { ...flow, source, target, volume });
    const from = `${flow.layer} ${source}`;
    leaving.set(from, (leaving.get(from) ?? 0) + flow.volume);
  }
  // The share of experts put together is theirs together.
  return [...merged.values()].map((flow) =>
    flow.source === OTHERS || flow.target === OTHERS
      ? { ...flow, share: flow.volume / (leaving.get(`${flow.layer} ${flow.source}`) ?? 1) }
      : flow
  );
}
