import { readFileSync } from 'fs';
import { join } from 'path';
import { models, nas, tf, train } from '@switchyard/kernel-lib';
import { expressivity } from '../../kernel-lib/dist/search/proxies/zen';
import { afterAll, describe, expect, test } from 'vitest';

interface Network {
  activation: 'relu' | 'gelu' | 'silu';
  widths: number[];
  weights: number[][][];
  biases: number[][];
  inputs: number[][];
  /** Of the inputs, for Zen. */
  noise: number[][];
  targets?: number[][];
  labels?: number[];
  /** Null where the peer's is not finite. */
  scores: Record<string, number | null>;
}

const text = readFileSync(join(__dirname, 'fixtures', 'proxies.json'), 'utf8');
const { networks } = JSON.parse(text) as { networks: Record<string, Network> };
const { proxies } = nas;

/** Gradients are of 32 bits here, and GraSP's product is a difference of them. */
const TOLERANCE: Record<string, number> = { grasp: 1e-2, zico: 1e-3 };

describe.each(Object.entries(networks))('proxies of %s equal those by torch', (_name, network) => {
  const { activation, widths, inputs: rows, targets, labels, scores } = network;
  const model = models.mlp({
    inputWidth: widths[0],
    hidden: widths.slice(1, -1),
    outputWidth: widths.at(-1)!,
    activation
  });
  for (const [path, { variable }] of model.parameters()) {
    const [layer, name] = path.split('.');
    const values = name === 'weight' ? tf.tensor(network.weights[+layer]) : tf.tensor(network.biases[+layer]);
    variable.assign(values);
    values.dispose();
  }
  const inputs = tf.tensor2d(rows);
  const y = targets && tf.tensor2d(targets);
  const task = (batchSize: number): train.Task =>
    labels === undefined
      ? train.tasks.regression({ inputs, targets: y!, batchSize })
      : train.tasks.classification({ inputs, labels: Int32Array.from(labels), batchSize });
  const whole = task(rows.length);
  const single = { task: task(1), batches: rows.length };
  afterAll(() => {
    tf.dispose([inputs, ...(y ? [y] : [])]);
    model.dispose();
  });

  test.each<[string, () => nas.proxies.Proxy]>([
    ['gradNorm', () => proxies.gradNorm({ task: whole })],
    ['snip', () => proxies.snip({ task: whole })],
    ['grasp', () => proxies.grasp({ task: whole })],
    ['fisher', () => proxies.fisher({ task: whole })],
    ['gradSign', () => proxies.gradSign(single)],
    ['zico', () => proxies.zico(single)],
    ['synflow', () => proxies.synflow({ inputShape: [widths[0]] })],
    ['jacobianCovariance', () => proxies.jacobianCovariance({ inputs })],
    ['naswot', () => proxies.naswot({ inputs })]
  ])('%s', (name, make) => {
    const right = scores[name];
    if (right === null) {
      expect(() => make().score(model)).toThrow('must tell all inputs apart');
      return;
    }
    expect(Math.abs(make().score(model) / right - 1)).toBeLessThan(TOLERANCE[name] ?? 1e-4);
  });

  test('zen, without batch norms and with them', () => {
    const noise = tf.tensor2d(network.noise);
    const draw = { inputs, noise, alpha: 0.01, at: '' };
    const hidden = widths.slice(1, -1);
    const normed = models.mlp({
      inputWidth: widths[0],
      hidden,
      outputWidth: widths.at(-1)!,
      activation,
      batchNorm: true
    });
    model.parameters().forEach(({ variable }, path) => normed.parameters().get(path)!.variable.assign(variable));
    // Features move by about 0.01: a difference of numbers of 32 bits.
    expect(Math.abs(expressivity(model, draw) - scores.zen!)).toBeLessThan(1e-3);
    expect(Math.abs(expressivity(normed, draw) - scores.zenNormed!)).toBeLessThan(2e-3);
    normed.dispose();
    noise.dispose();
  });
});
