import { expectInteger, expectOneOf, fail } from '../../base/core';
import { gp, predictors } from '../predictors';
import type { Fitted, Prediction, Predictor } from '../predictors';
import { graphFeatures } from '../space';
import type { Draws, Point } from '../space';
import { expectOneObjective, PointSearcher } from './pointSearcher';
import { costOf, strategies } from './strategy';
import type { Proposal, Setting, Strategy, Told } from './strategy';

const ENCODINGS = ['choices', 'graph'] as const;
const ACQUISITIONS = ['expectedImprovement', 'lowerBound', 'mean'] as const;

/** Options of `nas.bayesian`. */
export interface BayesianOptions {
  /** Default `nas.predictors.gp()`. */
  predictor?: Predictor;
  /** The part of a prediction that counts: the expected improvement on the best so far, mean less two standard deviations, or the mean alone. Default the first. */
  acquisition?: (typeof ACQUISITIONS)[number];
  /**
   * Numbers that the predictor reads of a candidate: its choices, or Weisfeiler-Lehman features of its network (`nas.graphFeatures`), with which a Gaussian process has a graph
   * kernel: to be preferred where the space tells of networks. Default "choices".
   */
  encoding?: (typeof ENCODINGS)[number];
  /** Random candidates before the first prediction. Default 10. */
  initial?: number;
  /** Candidates whose predictions are compared: half drawn, half mutants of the best. Default 200. */
  candidates?: number;
}

interface Trial {
  id: number;
  point: Point;
  cost: number;
  resource: number | null;
}

interface State {
  tried: Trial[];
  /** Asked for, and not yet told. */
  pending: { id: number; point: Point }[];
}

/**
 * Bayesian optimisation: of what was tried a predictor is fitted, and tried next is the candidate that it promises most of. Where trials are told
 * with a resource, as those of `nas.asha`, one predictor learns of candidates and resource together, and is asked about the greatest resource seen
 * (arXiv 2003.10865). Trials under way count as if they had ended as predicted (10.1007/978-3-642-10701-6_6, the believer), so that workers do not
 * all try the same.
 */
export function bayesian(options: BayesianOptions = {}): Strategy {
  const where = 'nas.bayesian';
  const { predictor = gp(), acquisition = 'expectedImprovement', initial = 10, candidates = 200 } = options;
  const { encoding = 'choices' } = options;
  expectOneOf(where, 'acquisition', acquisition, ACQUISITIONS);
  expectOneOf(where, 'encoding', encoding, ENCODINGS);
  expectInteger(where, 'initial', initial, 1);
  expectInteger(where, 'candidates', candidates, 2);
  const resolved = { predictor, acquisition, initial, candidates, encoding };
  return {
    kind: 'bayesian',
    // Studies that were begun before there was another encoding go on.
    options: {
      ...{ predictor: { kind: predictor.kind, options: predictor.options }, acquisition, initial, candidates },
      ...(encoding !== 'choices' && { encoding })
    },
    start: (setting, saved) => new Bayesian(setting, saved, resolved)
  };
}

class Bayesian extends PointSearcher<State> {
  /** Codes of candidates, each of which is asked about many times. */
  private readonly codes = new WeakMap<Point, number[]>();

  constructor(
    setting: Setting,
    saved: unknown,
    private readonly options: Required<BayesianOptions>
  ) {
    super(setting, saved, { tried: [], pending: [] });
    expectOneObjective('nas.bayesian', setting);
  }

  override ask(id: number): Proposal | 'done' {
    const proposal = super.ask(id);
    if (proposal !== 'done') {
      this.own.pending.push({ id, point: proposal.point });
    }
    return proposal;
  }

  tell(told: Told): void {
    const { id, point, resource = null } = told;
    const cost = costOf(told);
    this.own.pending = this.own.pending.filter((each) => each.id !== id);
    if (Number.isFinite(cost)) {
      // In an order that does not depend on which ended first.
      this.own.tried.push({ id, point, cost, resource });
      this.own.tried.sort((a, b) => a.id - b.id || (a.resource ?? 0) - (b.resource ?? 0));
    }
  }

  protected propose(next: Draws): Proposal {
    const { tried, pending } = this.own;
    const { initial, candidates } = this.options;
    if (this.asked < initial || tried.length < 2) {
      return { point: this.space.sample(next) };
    }
    const top = Math.max(...tried.map(({ resource }) => resource ?? 0));
    const ordered = this.atTop(top);
    const points = Array.from({ length: candidates }, (_, i) =>
      i % 2 === 0
        ? this.space.sample(next)
        : this.space.mutate(ordered[Math.min(ordered.length - 1, Math.floor(next() ** 2 * 5))].point, next)
    ).filter((point) => !this.isSeen(point));
    if (points.length === 0) {
      return { point: this.space.sample(next) };
    }
    const random = this.setting.random.child('fit').child(Math.floor(next() * 2 ** 31));
    const rows = tried.map(({ point, resource }) => this.row(point, resource ?? 0, top));
    const costs = tried.map(({ cost }) => cost);
    const first = this.options.predictor.fit(rows, costs, random);
    const waiting = pending.map(({ point }) => this.row(point, top, top));
    const believed = first.predict(waiting).map(({ mean }) => mean);
    const fitted =
      waiting.length === 0 ? first : this.options.predictor.fit([...rows, ...waiting], [...costs, ...believed], random);
    const best = Math.min(
      ...this.predicted(
        fitted,
        ordered.map(({ point }) => point),
        top
      ).map(({ mean }) => mean),
      ...believed
    );
    const promises = this.predicted(fitted, points, top).map((each) => this.promise(each, best));
    [...new Set([first, fitted])].forEach((each) => each.dispose());
    return { point: points[promises.indexOf(Math.max(...promises))] };
  }

  /** The trials of the greatest resource that has been seen, the best first. */
  private atTop(top: number): Trial[] {
    const there = this.own.tried.filter(({ resource }) => (resource ?? 0) === top);
    return there.sort((a, b) => a.cost - b.cost || a.id - b.id);
  }

  private predicted(fitted: Fitted, points: readonly Point[], top: number): Prediction[] {
    return fitted.predict(points.map((point) => this.row(point, top, top)));
  }

  /** A candidate's encoding, and its resource as a share of the greatest, by logarithms: 1 at the greatest, 1 less for each factor of 10. */
  private row(point: Point, resource: number, top: number): number[] {
    const code = this.codes.get(point) ?? (this.options.encoding === 'graph' ? this.graphCode(point) : this.space.encode(point)); // prettier-ignore
    this.codes.set(point, code);
    return top > 0 ? [...code, 1 + Math.log10(resource / top)] : code;
  }

  /** Features of the candidate's network, scaled so that a distance does not depend on how many there are. */
  private graphCode(point: Point): number[] {
    const graph = this.space.architecture(point);
    if (graph === null) {
      return fail('nas.bayesian', 'encoding "graph" needs a space that tells of networks', 'one that does not');
    }
    const features = graphFeatures(graph);
    const scale = Math.sqrt(features.length);
    return features.map((value) => value * scale);
  }

  private promise({ mean, std }: Prediction, best: number): number {
    switch (this.options.acquisition) {
      case 'mean':
        return -mean;
      case 'lowerBound':
        return 2 * std - mean;
      case 'expectedImprovement':
        return expectedImprovement(best - mean, std);
    }
  }
}

/** Mean of the part above 0 of a normal variable with this mean and standard deviation. */
export function expectedImprovement(gain: number, std: number): number {
  if (std <= 0) {
    return Math.max(0, gain);
  }
  const z = gain / std;
  return gain * normalCdf(z) + (std * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI);
}

/** Abramowitz and Stegun 7.1.26; to 1e-7. */
function normalCdf(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = 0.5 * poly * Math.exp(-0.5 * z * z);
  return z > 0 ? 1 - upper : upper;
}

strategies.register('bayesian', ({ predictor, ...rest }: BayesianOptions) =>
  bayesian({ ...rest, ...(predictor && { predictor: predictors.of(predictor) }) })
);
