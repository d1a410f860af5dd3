/** @file How much more often two experts are chosen together than their loads alone explain. */
import type { LayerRouting, Numeric } from '@switchyard/kernel-lib/protocol';

/**
 * Of the tokens that were sent to two experts, a pair's share over the share that it would have if every pair came in
 * proportion to the product of its loads: 1 is what the loads explain, 2 twice as often. [E][E], symmetric; null on the
 * diagonal and for experts that got nothing. Null where the payload has no counts.
 */
export function lifts({ load, coActivation }: LayerRouting): Numeric[][] | null {
  if (coActivation === null) {
    return null;
  }
  // Both directions count the same tokens; their rounding differs.
  const joint = load.map((mine, i) =>
    load.map((other, j) =>
      i === j || mine === 0 || other === 0
        ? null
        : (mine * (coActivation[i][j] ?? 0) + other * (coActivation[j][i] ?? 0)) / 2
    )
  );
  let seen = 0;
  let explained = 0;
  joint.forEach((row, i) =>
    row.forEach((together, j) => {
      seen += together ?? 0;
      explained += together === null ? 0 : load[i] * load[j];
    })
  );
  return joint.map((row, i) =>
    row.map((together, j) =>
      together === null || seen === 0 ? null : (together / seen) * (explained / (load[i] * load[j]))
    )
  );
}
