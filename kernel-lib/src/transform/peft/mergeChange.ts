import { tf } from '../../base/backend';
import type { Parameter } from '../../base/core';

/** A change that is part of a parameter's stored value. */
export interface MergedChange {
  /** Takes it out again and leaves the others. */
  undo(): void;
  /** Makes it lasting. */
  commit(): void;
}

/** Origin of a stored value: the value before the first change, and the changes since, in order. */
interface Merges {
  before: tf.Tensor;
  changes: { change: tf.Tensor; lasting: boolean }[];
}

// By parameter, not by adapter: what one adapter takes out must leave in what another put there.
const merges = new WeakMap<Parameter, Merges>();

/**
 * Adds a change (taken over) to a parameter's stored value. Values are summed anew from the first on wherever one is taken out: changes may
 * come and go in any order, and when the last is gone the stored value is what it was, bit for bit.
 */
export function mergeChange(parameter: Parameter, change: tf.Tensor): MergedChange {
  const merged = merges.get(parameter) ?? { before: parameter.variable.clone(), changes: [] };
  merges.set(parameter, merged);
  const entry = { change, lasting: false };
  merged.changes.push(entry);
  store(parameter, merged);
  return {
    undo: () => {
      merged.changes.splice(merged.changes.indexOf(entry), 1);
      change.dispose();
      store(parameter, merged);
      settle(parameter, merged);
    },
    commit: () => {
      entry.lasting = true;
      settle(parameter, merged);
    }
  };
}

function store(parameter: Parameter, { before, changes }: Merges): void {
  tf.tidy(() => parameter.assign(changes.reduce((value, { change }) => value.add(change), before)));
}

// Once all that is left is lasting, nothing can be taken out any more.
function settle(parameter: Parameter, { before, changes }: Merges): void {
  if (changes.every(({ lasting }) => lasting)) {
    tf.dispose([before, ...changes.map(({ change }) => change)]);
    merges.delete(parameter);
  }
}
