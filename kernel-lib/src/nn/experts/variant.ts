import { expectInteger } from '../../base/core';
import type { ExpertSpec } from './expertBank';

/** The same kind of expert under another name, and of another hidden width where one is given. */
export function variant(spec: ExpertSpec, { kind, hidden }: { kind: string; hidden?: number }): ExpertSpec {
  if (hidden !== undefined) {
    expectInteger('variant', 'hidden', hidden, 1);
  }
  const options = { ...spec.options, of: spec.kind, hidden };
  return { kind, options, build: (shape) => spec.build({ ...shape, hidden: hidden ?? shape.hidden }) };
}
