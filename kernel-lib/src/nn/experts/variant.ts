import { expectInteger } from '../../base/core';
import type { ExpertSpec } from './expertBank';
import { specs } from './specs';

export interface VariantOptions {
  /** The name that it goes by. */
  kind: string;
  /** Width inside, H. Default: that of the layer. */
  hidden?: number;
}

/** The same kind of expert under another name, and of another hidden width where one is given. */
export function variant(of: ExpertSpec, { kind, hidden }: VariantOptions): ExpertSpec {
  if (hidden !== undefined) {
    expectInteger('adaptive.variant', 'hidden', hidden, 1);
  }
  const spec = specs.of(of);
  return {
    kind: 'variant',
    label: kind,
    gated: spec.gated,
    options: { of: spec, kind, hidden },
    build: (shape) => spec.build({ ...shape, hidden: hidden ?? shape.hidden })
  };
}

specs.register('variant', ({ of, ...options }: VariantOptions & { of: ExpertSpec }) => variant(of, options));
