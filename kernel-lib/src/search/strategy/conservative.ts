import { expectInteger, expectNumber } from '../../base/core';
import { drawIndex } from '../../base/math';
import type { ChoiceValue, Draws, Point } from '../space';
import { expectOneObjective, PointSearcher } from './pointSearcher';
import { entropyOf, Policy, probabilities } from './policy';
import type { Logits } from './policy';
import { costOf, strategies } from './strategy';
import type { Proposal, Setting, Strategy, Told } from './strategy';

/** Options of `nas.conservative`. */
export interface ConservativeOptions {
  /** How far logits move for an improvement that is one standard deviation above the mean. Default 0.5. */
  learningRate?: number;
  /** Candidates drawn evenly before the first step. Default 5. */
  initial?: number;
}

interface State {
  logits: Logits;
  /** The best so far. */
  best: { id: number; point: Point; cost: number } | null;
  /** Cost of the point that each proposal that was not told yet was made of, and the labels that it changed. */
  open: Record<string, { cost: number; changed: string[] }>;
  /** Running mean of squared improvements; 0 before the first. */
  scale: number;
}

const MOST_DRAWS = 100;
/** Share of the old in the running mean. */
const MEMORY = 0.9;

/**
 * Small greedy steps by a learnt policy (Auto-GNN, arXiv 1909.03184): a proposal is the best so far with one class of components drawn anew, such as the operations of layers or their widths; classes whose
 * distributions are less decided are drawn likelier, and what a change gained or lost is the reward of the values that it drew. Labels that differ in their numbers alone are one class.
 */
export function conservative({ learningRate = 0.5, initial = 5 }: ConservativeOptions = {}): Strategy {
  expectNumber('nas.conservative', 'learningRate', learningRate, 1e-9);
  expectInteger('nas.conservative', 'initial', initial, 1);
  const options = { learningRate, initial };
  return { kind: 'conservative', options, start: (setting, saved) => new Conservative(setting, saved, options) };
}

class Conservative extends PointSearcher<State> {
  private readonly policy: Policy;

  constructor(
    setting: Setting,
    saved: unknown,
    private readonly options: Required<ConservativeOptions>
  ) {
    const policy = new Policy(setting.space);
    super(setting, saved, { logits: policy.even(), best: null, open: {}, scale: 0 });
    this.policy = policy;
    expectOneObjective('nas.conservative', setting);
  }

  tell(told: Told): void {
    const { own } = this;
    const key = this.space.hash(told.point);
    const { [key]: from, ...open } = own.open;
    own.open = open;
    const cost = costOf(told);
    if (from !== undefined) {
      this.learn(told.point, from.changed, from.cost - cost);
    }
    if (Number.isFinite(cost) && (own.best === null || cost < own.best.cost)) {
      own.best = { id: told.id, point: told.point, cost };
    }
  }

  protected propose(next: Draws): Proposal {
    const { best } = this.own;
    if (best === null || this.asked < this.options.initial) {
      return { point: this.space.sample(next) };
    }
    for (let i = 0; i < MOST_DRAWS; i++) {
      const { point, changed } = this.step(best.point, next);
      if (changed.length > 0 && this.space.isFeasible(point) && !this.isSeen(point)) {
        this.own.open = { ...this.own.open, [this.space.hash(point)]: { cost: best.cost, changed } };
        return { point, parent: best.id };
      }
    }
    return { point: this.space.sample(next) };
  }

  /** The point with choices of one class drawn anew: one of them, and each other with as much chance. */
  private step(from: Point, next: Draws): { point: Point; changed: string[] } {
    const classes = new Map<string, string[]>();
    Object.keys(from).forEach((label) => classes.set(classOf(label), [...(classes.get(classOf(label)) ?? []), label]));
    const all = [...classes.values()].filter((labels) => labels.some((label) => this.own.logits[label].length > 1));
    const labels = all.length === 0 ? [] : all[drawIndex(all.map((each) => this.entropy(each)), next())]; // prettier-ignore
    const sure = Math.floor(next() * labels.length);
    const redrawn = labels.filter((_, i) => i === sure || next() < 1 / (2 * labels.length));
    const drawn = this.policy.draw(this.own.logits, next);
    const values = redrawn.map((label): [string, ChoiceValue] => [label, drawn[label] ?? from[label]]);
    const point = this.space.complete({ ...from, ...Object.fromEntries(values) }, next);
    return { point, changed: redrawn.filter((label) => point[label] !== from[label]) };
  }

  private entropy(labels: readonly string[]): number {
    const of = labels.map((label) => entropyOf(probabilities(this.own.logits[label]))); // prettier-ignore
    return of.reduce((a, b) => a + b, 0) / of.length;
  }

  private learn(point: Point, changed: readonly string[], gain: number): void {
    const { own } = this;
    if (Number.isFinite(gain)) {
      own.scale = own.scale === 0 ? gain * gain : MEMORY * own.scale + (1 - MEMORY) * gain * gain;
    }
    const weight = !Number.isFinite(gain) ? -2 : own.scale > 0 ? gain / Math.sqrt(own.scale) : 0;
    const part = Object.fromEntries(changed.filter((label) => label in point).map((label) => [label, point[label]]));
    own.logits = this.policy.moved(own.logits, part, { rate: this.options.learningRate, weight, entropyWeight: 0 });
  }
}

/** Of "layers.2.width" "layers.#.width". */
function classOf(label: string): string {
  return label.replace(/\d+/g, '#');
}

strategies.register('conservative', conservative);
