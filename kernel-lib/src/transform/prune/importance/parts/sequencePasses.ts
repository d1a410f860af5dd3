import { tf } from '../../../../base/backend';
import type { Context, Module } from '../../../../base/core';
import { Sequential } from '../../../../nn/layers';
import { eachPass, PassEnded } from './calibration';
import type { Calibration, CalibrationOptions } from './calibration';

/** Where one pass stands: what the next module is given, and the pass's state up to there. */
interface Place {
  x: tf.Tensor;
  readonly ctx: Context;
}

/**
 * Calibration data on their way through a sequence of modules, kept before one of them. A module is computed twice: when it is visited, and once it may have
 * changed, to go on to the next.
 */
export class SequencePasses {
  private readonly left: [string, Module][];

  private constructor(
    sequence: Sequential,
    private readonly places: readonly Place[]
  ) {
    this.left = [...sequence.children];
  }

  /** Those that stand before the first module; null where the modules cannot be computed one by one. */
  static begin<B>(
    model: Module,
    sequence: Sequential,
    of: Calibration<B>,
    options: CalibrationOptions
  ): SequencePasses | null {
    if (!isPlain(sequence)) {
      return null;
    }
    const places: Place[] = [];
    let order: Order | null = null;
    const undo = sequence.intercept((inner, x, ctx) => {
      places.push({ x: tf.keep(x.clone()), ctx: ctx.branch() });
      if (places.length > 1) {
        throw new PassEnded();
      }
      // To the end of the first pass: it must not come by again, and no module work for another.
      order = new Order(sequence);
      return inner(x);
    });
    try {
      const once = eachPass(model, of, options, () => order?.release()).length === 1;
      return once && order!.holds ? new SequencePasses(sequence, places.splice(0)) : null;
    } finally {
      undo();
      (order as Order | null)?.release();
      places.forEach(free);
    }
  }

  /** Whether a module is still to come. */
  reaches(name: string): boolean {
    return this.left.some(([each]) => each === name);
  }

  /** Lets the data pass a module, as it is given them by those before it as they are now. */
  visit(name: string): void {
    while (this.left[0][0] !== name) {
      this.goOn();
    }
    const [[, module]] = this.left;
    for (const { x, ctx } of this.places) {
      const own = ctx.branch();
      try {
        tf.tidy(() => void module.apply(x, own.within(name)));
      } finally {
        own.dispose();
      }
    }
  }

  dispose(): void {
    this.places.forEach(free);
  }

  private goOn(): void {
    const [name, module] = this.left.shift()!;
    for (const place of this.places) {
      const y = tf.keep(tf.tidy(() => module.apply(place.x, place.ctx.within(name)).clone()));
      place.x.dispose();
      place.x = y;
    }
  }
}

function free({ x, ctx }: Place): void {
  x.dispose();
  ctx.dispose();
}

/** Whether it only applies its modules, one after the other. */
function isPlain(sequence: Sequential): boolean {
  return Object.getPrototypeOf(sequence) === Sequential.prototype && !Object.hasOwn(sequence, 'apply');
}

/** Watches whether what is below each module of a sequence works within that module alone: blocks may share parts. */
class Order {
  holds = true;
  private readonly undo: (() => void)[] = [];
  private current: Module | null = null;

  constructor(sequence: Sequential) {
    for (const child of sequence.children.values()) {
      for (const module of new Set(child.modules().values())) {
        this.undo.push(module.intercept((inner, x) => (module === child ? this.within(child, () => inner(x)) : this.checked(child, () => inner(x))))); // prettier-ignore
      }
    }
  }

  release(): void {
    this.undo.splice(0).forEach((each) => each());
  }

  private within(child: Module, f: () => tf.Tensor): tf.Tensor {
    const before = this.current;
    this.current = child;
    try {
      return f();
    } finally {
      this.current = before;
    }
  }

  private checked(child: Module, f: () => tf.Tensor): tf.Tensor {
    this.holds &&= this.current === child;
    return f();
  }
}
