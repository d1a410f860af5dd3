import { readFileSync } from 'fs';
import { join } from 'path';
import { data, protocol, telemetry } from '@switchyard/kernel-lib';
import type { core } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { routingExample } from '../support/payloads';
import { recordOf as chosenOf } from '../support/routingRecords';

interface Step {
  step: number;
  ids: number[][];
  domains: (string | null)[];
  layers: {
    path: string;
    probabilities: number[][];
    indices: number[][];
    weights: number[][];
    dropped: boolean[][];
  }[];
  scalars: Record<string, number>;
}

interface Recording {
  window: number;
  tokenSample: number;
  /** The text of each token. */
  texts: string[];
  steps: Step[];
  /** What the wheel's Python side makes of the steps; written by make_recording.py. */
  data: protocol.RoutingData;
  /** What it keeps of many steps. */
  long: {
    steps: number;
    scalars: number;
    history: Pick<protocol.RoutingHistory, 'steps' | 'scalars' | 'loadSteps' | 'load'>;
  };
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, 'fixtures', `${name}.json`), 'utf8'));
}

test('a recording from Python has the numbers of ours', () => {
  const { window, tokenSample, texts, steps, data: theirs } = read('recording') as Recording;
  const recorder = telemetry.recorder({
    domains: theirs.domains,
    window,
    tokenSample,
    decode: (token) => texts[token]
  });
  for (const step of steps) {
    recorder.batch(batchOf(step, theirs.domains));
    step.layers.forEach((layer) => recorder.observe(recordOf(layer)));
    recorder.step(step.step, step.scalars);
  }
  const ours = telemetry.bound<protocol.RoutingPayload>({ ...routingExample(), data: recorder.data() });
  // Python keeps contexts of the layer alone that a reader looks at, and nobody does.
  const layers = ours.data.layers.map(({ contexts, ...layer }) => (expect(contexts).toHaveLength(6), layer));
  expect(theirs).toEqual({ ...ours.data, layers });
});

test('a long run has the history that Python keeps of it', () => {
  const { steps, scalars, history } = (read('recording') as Recording).long;
  const recorder = telemetry.recorder();
  for (let step = 1; step <= steps; step++) {
    recorder.observe(chosenOf([step % 4, (step * step + 1) % 4]));
    const values = Array.from({ length: scalars }, (_, i) => [`x${i}`, ((step * (i + 1)) % 17) / 7.3] as const);
    recorder.step(step, Object.fromEntries(values));
  }
  const ours = telemetry.bound<protocol.RoutingPayload>({ ...routingExample(), data: recorder.data() }).data.history;
  // Both kept fewer steps than they recorded: joined as the run went on, and once more to fit.
  expect(history.steps.length).toBeLessThan(200);
  expect(ours).toMatchObject(history);
});

test('tokens have the class that Python gives them', () => {
  const { classes } = read('tokenClasses') as { classes: Record<string, string[]> };
  const { wordStart, ...own } = Object.fromEntries(data.TOKEN_CLASSES.map((name) => [name, classes[name] ?? []]));
  expect(wordStart).toEqual([]);
  for (const [name, texts] of Object.entries(own)) {
    expect(texts.map((text) => [text, data.tokenClass(text)])).toEqual(texts.map((text) => [text, name]));
    expect(texts.length).toBeGreaterThan(3);
  }
});

test('payloads of HuggingFace models, watched from Python, are read', () => {
  const { cases } = read('huggingface') as { cases: { name: string; payload: protocol.RoutingPayload }[] };
  expect(cases.map(({ name }) => name)).toEqual(['Mixtral', 'OLMoE', 'Qwen2-MoE', 'Qwen3-MoE', 'Switch']);
  for (const { payload } of cases) {
    expect(protocol.parsePayload(payload)).toBe(payload);
    expect(payload.data.layers.length).toBe(2);
  }
});

/** A batch of ours also holds the token after each sequence. */
function batchOf({ ids, domains }: Step, names: readonly string[]): data.Batch {
  return {
    tokens: Int32Array.from(ids.flatMap((row) => [...row, 0])),
    batchSize: ids.length,
    length: ids[0].length,
    domains: Int32Array.from(domains, (name) => (name === null ? -1 : names.indexOf(name)))
  };
}

function recordOf({
  path,
  probabilities,
  indices,
  weights,
  dropped
}: Step['layers'][number]): core.PublishedEvent<'routing'> {
  const numTokens = indices.length;
  const entropies = probabilities.map((row) => row.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0));
  return {
    kind: 'routing',
    path,
    router: 'top-k',
    numExperts: probabilities[0].length,
    k: indices[0].length,
    numTokens,
    experts: [],
    indices: Int32Array.from(indices.flat()),
    weights: Float32Array.from(weights.flat()),
    dropped: Uint8Array.from(dropped.flat(), Number),
    importance: Float32Array.from(probabilities[0], (_, e) => probabilities.reduce((sum, row) => sum + row[e], 0)),
    entropy: entropies.reduce((sum, x) => sum + x, 0) / numTokens
  };
}
