import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { chains } from './compositions';
import { minimise } from './regression';

const GRAPH = core.stateKey<graph.Graph>('graph');
const RELATIONS = 6;

/** Logits of the relation of the end of each path to its source, [B, 6]. */
interface PathNetwork {
  module: core.Module;
  logits: (data: ReturnType<typeof chains>, length: number, ctx: core.Context) => tf.Tensor2D;
}

const endsOf = (rows: tf.Tensor, ends: Int32Array): tf.Tensor2D => tf.gather(rows, tf.tensor1d(ends, 'int32')) as tf.Tensor2D; // prettier-ignore

/** An epistemic network of so many facets. */
export function epistemic(facets: number, seed: number): PathNetwork {
  const module = new graph.Epistemic({ relations: RELATIONS, steps: 4, facets, width: RELATIONS, random: core.Random.fromSeed(seed) }); // prettier-ignore
  // Distributions begin near even ones.
  module.parameters().forEach((parameter) => tf.tidy(() => parameter.assign(parameter.variable.mul(0.3))));
  return { module, logits: ({ marks, ends }, length, ctx) => module.scores(endsOf(module.states(marks, ctx, length), ends)) }; // prettier-ignore
}

/** One relational graph convolution, again and again. */
export function repeatedConvolution(width: number, seed: number): PathNetwork {
  const random = core.Random.fromSeed(seed);
  const first = new layers.Linear({ inputWidth: 1, outputWidth: width, random: random.child('first') });
  const layer = new graph.RGCN({ inputWidth: width, outputWidth: width, relations: RELATIONS, random: random.child('layer') }); // prettier-ignore
  const last = new layers.Linear({ inputWidth: width, outputWidth: RELATIONS, random: random.child('last') });
  const logits: PathNetwork['logits'] = ({ marks, ends }, length, ctx) => {
    let nodes = first.apply(marks, ctx).tanh();
    for (let step = 0; step < length; step++) {
      nodes = layer.apply(nodes, ctx).tanh();
    }
    return last.apply(endsOf(nodes, ends), ctx) as tf.Tensor2D;
  };
  return { module: new layers.Sequential([first, layer, last]), logits };
}

/** Share of paths of these lengths that are told right after training on paths of two to four edges. */
export function chainAccuracy(
  { module, logits }: PathNetwork,
  lengths: readonly number[],
  options: { steps: number; learningRate: number; seed: number }
): number[] {
  // prettier-ignore
  const { steps, learningRate, seed } = options;
  const seen = [72, 216, 600].map((count, i) => ({ length: i + 2, data: chains(i + 2, count, seed) }));
  const pass = (data: ReturnType<typeof chains>, length: number, ctx: core.Context): tf.Tensor2D => {
    ctx.setState(GRAPH, data.g);
    return logits(data, length, ctx);
  };
  minimise(module, (ctx, step) => {
    const { length, data } = seen[step % 3];
    const wanted = tf.oneHot(tf.tensor1d(data.answers, 'int32'), RELATIONS);
    return pass(data, length, ctx).logSoftmax().mul(wanted).sum(1).mean().neg();
  }, { steps, learningRate }); // prettier-ignore
  const found = lengths.map((length) => {
    const data = chains(length, 200, 500_000 + seed);
    const ctx = core.Context.create();
    const said = tf.tidy(() => pass(data, length, ctx).argMax(1).dataSync());
    ctx.dispose();
    data.marks.dispose();
    return data.answers.filter((answer, i) => said[i] === answer).length / 200;
  });
  seen.forEach(({ data }) => data.marks.dispose());
  module.dispose();
  return found;
}
