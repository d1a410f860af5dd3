import { showShape } from '../../base/core';
import type { Module } from '../../base/core';

/** Report of `elastic.inherit`: which values were taken over. */
export interface InheritReport {
  /** Paths of the parameters and buffers whose values were taken over. */
  inherited: string[];
  /** Why others were not, by path. */
  left: Record<string, string>;
}

/**
 * Takes over, in place, values of a trained network where a child is built the same way (homogeneous sharing, arXiv 1909.03184): a tensor of the same path and shape, in modules of the same kinds from the root
 * on, with the same activation. All others stay as they were initialised.
 */
export function inherit(child: Module, parent: Module): InheritReport {
  const theirs = parent.stored();
  const [ofChild, ofParent] = [child.modules(), parent.modules()];
  const report: InheritReport = { inherited: [], left: {} };
  child.stored().forEach((own, path) => {
    const other = theirs.get(path);
    const difference = other === undefined
      ? 'the parent has no such tensor'
      : showShape(other.shape) !== showShape(own.shape)
        ? `its shape is ${showShape(other.shape)}`
        : differs(path, ofChild, ofParent); // prettier-ignore
    if (difference === null) {
      own.assign(other!.variable, path);
      report.inherited.push(path);
    } else {
      report.left[path] = difference;
    }
  });
  return report;
}

/** Difference between the modules from the root to a tensor; null where nothing does. */
function differs(
  path: string,
  ofChild: ReadonlyMap<string, Module>,
  ofParent: ReadonlyMap<string, Module>
): string | null {
  const names = path.split('.');
  for (let depth = 0; depth < names.length; depth++) {
    const at = names.slice(0, depth).join('.');
    const [own, other] = [ofChild.get(at), ofParent.get(at)];
    if (own?.kind !== other?.kind) {
      return `"${at}" is ${other?.kind}`;
    }
    const [activation, theirs] = [own, other].map((each) => (each as { options?: { activation?: string } } | undefined)?.options?.activation); // prettier-ignore
    if (activation !== theirs) {
      return `the activation of "${at}" is ${theirs ?? 'the usual one'}`;
    }
  }
  return null;
}
