import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, expectOneOf, fail, given, Module, Parameter, Random } from '../../base/core'; // prettier-ignore
import { type Features } from '../../base/graph';
import { embed as rowsOf } from '../../base/ops';
import { FeedForward, Linear } from '../layers';
import { complement, coneDistance, coneHolds, type Cones, lowerCones, upperCones, wrapped } from './cones';

/** A query of first-order logic: an entity, those that a relation leads to from what another query answers, and "and", "or" and "not" of queries. */
export type LogicalQuery =
  | { readonly entity: number }
  | { readonly relation: number; readonly of: LogicalQuery }
  | { readonly and: readonly LogicalQuery[] }
  | { readonly or: readonly LogicalQuery[] }
  | { readonly not: LogicalQuery };

/** Options of `graph.ConeQueries`. */
export interface ConeQueriesOptions {
  entities: number;
  relations: number;
  /** Planes, d. */
  width: number;
  /** Cones, or points: cones whose apertures are 0, which relations only turn. Default "cone". */
  geometry?: 'cone' | 'point';
  /** Features of entities, such as those of their images, [E, F], that their angles are moved by. Default: none. */
  features?: Features;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** Rough answer of a query. */
export interface RoughAnswer {
  /** Entities of the upper approximation, or the nearest ones where it holds too few, nearest first. */
  candidates: number[];
  /** Parts of the candidates, nearest first to the lower approximation. */
  parts: number[];
}

const WHERE = 'graph.ConeQueries';

/**
 * Embedding of logical queries over a knowledge graph as rough cones (RConE, arXiv 2408.11526, on ConE, arXiv 2110.13715): relations turn cones and change their apertures, a conjunction lies between the axes of its parts with an aperture that
 * is no larger than any of theirs, a negation is the rest of each plane, and a disjunction the nearer of its parts (queries are brought to that form). The borders of a cone are rough: a lower and an upper approximation, by a learnt share for each
 * plane, between which it is not known whether an entity answers; entities are looked for in the upper one, and their parts by the lower.
 *
 * @throws {SwitchyardError} where a size is out of range; in a call, where an entity or relation is not there or a list of parts is empty.
 */
export class ConeQueries extends Module {
  readonly kind = 'cone-queries';
  private readonly angles: Parameter;
  private readonly turns: Parameter;
  private readonly widenings: Parameter;
  private readonly rough: Parameter;
  private readonly between: FeedForward;
  private readonly narrow: FeedForward;
  private readonly view: Linear | null;

  constructor(private readonly options: ConeQueriesOptions) {
    const { entities, relations, width, geometry = 'cone', features, seed = 0 } = given(WHERE, options);
    super();
    Object.entries({ entities, relations, width }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1));
    expectOneOf(WHERE, 'geometry', geometry, ['cone', 'point']);
    const random = Random.fromSeed(seed).child('coneQueries');
    const axis = Axis.of('width', width).pin('entities and queries share it');
    const table = (name: string, count: number, low: number, high: number): Parameter =>
      this.addParameter(name, Parameter.over([Axis.of(name, count).pin('the data have them'), axis], (shape) => random.child(name).uniform(shape, low, high), { decay: false })); // prettier-ignore
    this.angles = table('angles', entities, -Math.PI, Math.PI);
    this.turns = table('turns', relations, -Math.PI, Math.PI);
    this.widenings = table('widenings', relations, 0.5, 1.5);
    this.rough = this.addParameter(
      'rough',
      Parameter.over([axis], (shape) => tf.fill(shape, -2), { decay: false })
    );
    const both = Axis.of('axis, aperture', 3 * width).pin('a cone has them');
    const feed = (name: string): FeedForward =>
      this.addChild(name, new FeedForward({ width: both, hidden: Axis.of('hidden', 2 * width), outputs: axis, random: random.child(name) })); // prettier-ignore
    this.between = feed('between');
    this.narrow = feed('narrow');
    if (features !== undefined) {
      expectInteger(WHERE, 'values of features', features.values.length, entities * features.width, entities * features.width); // prettier-ignore
    }
    this.view = features === undefined ? null : this.addChild('view', new Linear({ inputWidth: Axis.of('features', features.width).pin('the data have them'), outputWidth: axis, random: random.child('view') })); // prettier-ignore
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'queries are logical (cones, distances)', 'a tensor');
  }

  /** Angles of all entities, [E, d]. */
  entities(ctx: Context): tf.Tensor2D {
    return tf.tidy(() => {
      const own = this.angles.read() as tf.Tensor2D;
      const { features } = this.options;
      if (this.view === null || features === undefined) {
        return wrapped(own);
      }
      const rows = tf.tensor2d(features.values, [own.shape[0], features.width]);
      return wrapped(own.add(this.view.apply(rows, ctx.within('view'))));
    });
  }

  /** Shares of the border of each plane that are rough, [d]. */
  roughness(): tf.Tensor1D {
    return this.rough.read().sigmoid() as tf.Tensor1D;
  }

  /** Cones of queries of one form, one for each part of their disjunction. Call it within a tidy. */
  cones(queries: readonly LogicalQuery[], ctx: Context): Cones[] {
    expectInteger(WHERE, 'queries', queries.length, 1);
    const first = formOf(queries[0]);
    if (queries.some((query) => formOf(query) !== first)) {
      fail(WHERE, 'queries of one call must be of one form', [...new Set(queries.map(formOf))]);
    }
    return this.build(queries, this.entities(ctx), ctx);
  }

  /** Distances of all entities from queries of any forms, the less the better, [B, E]: those of the upper or the lower approximation, or of the cone itself. */
  distances(queries: readonly LogicalQuery[], ctx: Context, approximation?: 'lower' | 'upper'): tf.Tensor2D {
    expectInteger(WHERE, 'queries', queries.length, 1);
    return tf.tidy(() => {
      const entities = this.entities(ctx);
      const groups = new Map<string, number[]>();
      queries.forEach((query, i) => groups.set(formOf(query), [...(groups.get(formOf(query)) ?? []), i]));
      const rows = [...groups.values()].map((group) => {
        const parts = this.build(group.map((i) => queries[i]), entities, ctx); // prettier-ignore
        const each = parts.map((cones) => coneDistance(this.approximated(cones, approximation), entities));
        return each.reduce((a, b) => tf.minimum(a, b));
      });
      const order = [...groups.values()].flat();
      const back = Int32Array.from(order.keys()).map((i) => order.indexOf(i));
      return tf.gather(tf.concat(rows), tf.tensor1d(back, 'int32')) as tf.Tensor2D;
    });
  }

  /**
   * Rough answer of a query, in two stages: a shortlist of entities by the upper approximation, and their parts by the lower one.
   *
   * @param parts - Parts of each entity, entities themselves; [E][].
   * @param least - Candidates at least. Default 1.
   */
  answer(query: LogicalQuery, parts: readonly (readonly number[])[], ctx: Context, least = 1): RoughAnswer {
    const { entities: count } = this.options;
    expectInteger(WHERE, 'entities with parts', parts.length, count, count);
    parts.flat().forEach((part) => expectInteger(WHERE, 'parts', part, 0, count - 1));
    expectInteger(WHERE, 'least', least, 1, count);
    const ranked = (approximation: 'lower' | 'upper'): Float32Array =>
      tf.tidy(() => this.distances([query], ctx, approximation).dataSync<'float32'>().slice() as never);
    const [upper, lower] = [ranked('upper'), ranked('lower')];
    const held = tf.tidy(() => {
      const entities = this.entities(ctx);
      const all = this.build([query], entities, ctx).map((cones) => coneHolds(this.approximated(cones, 'upper'), entities)[0]); // prettier-ignore
      return Array.from(upper, (_, entity) => all.some((each) => each[entity])) as never;
    }) as unknown as boolean[];
    const order = Array.from(upper.keys()).filter((entity) => parts[entity].length > 0).sort((a, b) => upper[a] - upper[b]); // prettier-ignore
    const candidates = order.filter((entity, place) => place < least || held[entity]);
    return { candidates, parts: candidates.flatMap((entity) => parts[entity]).sort((a, b) => lower[a] - lower[b]) };
  }

  private approximated(cones: Cones, approximation?: 'lower' | 'upper'): Cones {
    return approximation === undefined ? cones : (approximation === 'lower' ? lowerCones : upperCones)(cones, this.roughness()); // prettier-ignore
  }

  private build(queries: readonly LogicalQuery[], entities: tf.Tensor2D, ctx: Context): Cones[] {
    const first = queries[0];
    const part = (of: (query: never) => LogicalQuery): Cones[] => this.build(queries.map((query) => of(query as never)), entities, ctx); // prettier-ignore
    if ('entity' in first) {
      const axis = this.picked(entities, queries.map((query) => (query as { entity: number }).entity), 'entities'); // prettier-ignore
      return [{ axis, aperture: tf.zerosLike(axis) }];
    }
    if ('relation' in first) {
      const ids = queries.map((query) => (query as { relation: number }).relation);
      return part((query: { of: LogicalQuery }) => query.of).map((cones) => this.project(cones, ids));
    }
    if ('not' in first) {
      // Not of a disjunction is the conjunction of what is not each.
      const parts = part((query: { not: LogicalQuery }) => query.not).map(complement);
      return [parts.length === 1 ? parts[0] : this.intersect(parts, ctx)];
    }
    const name = 'and' in first ? 'and' : 'or';
    const lists = (first as Record<string, readonly LogicalQuery[]>)[name].map((_, i) => part((query: Record<string, readonly LogicalQuery[]>) => query[name][i])); // prettier-ignore
    if (lists.length === 0) {
      fail(WHERE, `"${name}" must have a part`, 'none');
    }
    if (name === 'or') {
      return lists.flat();
    }
    let all: Cones[][] = [[]];
    lists.forEach((list) => (all = all.flatMap((start) => list.map((cones) => [...start, cones]))));
    return all.map((parts) => (parts.length === 1 ? parts[0] : this.intersect(parts, ctx)));
  }

  /** Cones that relations lead to, one of each row. */
  project({ axis, aperture }: Cones, relations: readonly number[]): Cones {
    const turn = this.picked(this.turns.read() as tf.Tensor2D, relations, 'relations');
    const turned = wrapped(axis.add(turn));
    if (this.options.geometry === 'point') {
      return { axis: turned, aperture };
    }
    const wider = this.picked(this.widenings.read() as tf.Tensor2D, relations, 'relations');
    return { axis: turned, aperture: aperture.add(wider).clipByValue(0, 2 * Math.PI) as tf.Tensor2D };
  }

  /** Conjunction of cones. */
  intersect(parts: readonly Cones[], ctx: Context): Cones {
    const read = parts.map(({ axis, aperture }) => tf.concat([axis.cos(), axis.sin(), aperture.div(Math.PI)], 1));
    const scores = read.map((each) => this.between.apply(each, ctx.within('between')));
    const shares = tf.unstack(tf.softmax(tf.stack(scores, 2)), 2);
    const along = (of: (axis: tf.Tensor) => tf.Tensor): tf.Tensor =>
      tf.addN(parts.map(({ axis }, i) => of(axis).mul<tf.Tensor>(shares[i]))); // prettier-ignore
    const axis = tf.atan2(along((angle) => angle.sin()), along((angle) => angle.cos()).add(1e-9)) as tf.Tensor2D; // prettier-ignore
    const least = parts.map(({ aperture }) => aperture).reduce((a, b) => tf.minimum<tf.Tensor2D>(a, b));
    const all = tf.addN(read.map((each) => this.narrow.apply(each, ctx.within('narrow')))).div(parts.length);
    return { axis, aperture: least.mul(all.add(2).sigmoid()) };
  }

  private picked(rows: tf.Tensor2D, ids: readonly number[], name: string): tf.Tensor2D {
    ids.forEach((id) => expectInteger(WHERE, name, id, 0, rows.shape[0] - 1));
    return rowsOf(rows, tf.tensor1d(Int32Array.from(ids), 'int32')) as tf.Tensor2D;
  }

  /**
   * Mean cross entropy of each answer among all entities, by distances times a scale, less the other answers of its query.
   *
   * @param answers - Entities that answer each query, one at least.
   */
  loss(queries: readonly LogicalQuery[], answers: readonly (readonly number[])[], ctx: Context, scale = 2): tf.Scalar {
    expectNumber(WHERE, 'scale', scale, 0);
    const { entities } = this.options;
    expectInteger(WHERE, 'answers', answers.length, queries.length, queries.length);
    answers.forEach((own) => expectInteger(WHERE, 'answers of a query', own.length, 1));
    answers.flat().forEach((answer) => expectInteger(WHERE, 'answers', answer, 0, entities - 1));
    return tf.tidy(() => {
      const rows = answers.map((own) => Array.from({ length: entities }, (_, entity) => Number(own.includes(entity))));
      const right = tf.tensor2d(rows);
      const logits = this.distances(queries, ctx).mul(-scale);
      // Another answer of the same query is no wrong one.
      const wrong = logits.sub(right.mul(1e9)).logSumExp(1, true);
      const each = tf.softplus(wrong.sub(logits)).mul(right);
      return each.sum().div<tf.Scalar>(right.sum());
    });
  }
}

/** The form of a query, without which entities and relations. */
function formOf(query: LogicalQuery): string {
  if ('entity' in query) {
    return 'e';
  }
  if ('relation' in query) {
    return `p${formOf(query.of)}`;
  }
  if ('not' in query) {
    return `n${formOf(query.not)}`;
  }
  return 'and' in query ? `a(${query.and.map(formOf).join(',')})` : `o(${query.or.map(formOf).join(',')})`;
}
