import { expectInteger } from '../../base/core';
import type { Observer, PublishedEvent, RoutingRecord } from '../../base/core';
import { MAX_CONTEXTS, MAX_HISTORY_STEPS, MAX_LOAD_STEPS, MAX_SCALARS, MAX_TOKENS } from '../../protocol';
import type { LayerRouting, Numeric, RoutingData, RoutingHistory } from '../../protocol';
import type { Batch } from '../../train/data';
import { Binned } from './binned';
import { blendNumbers, blendVectors } from './blends';
import { CLASSES, expertTokens, Vocabulary } from './expertTokens';
import { LayerRecorder } from './layerRecorder';
import { coActivationOf, layerRoutings, layerScalars, shares } from './layerRouting';
import type { LayerScalars } from './layerRouting';
import { LOGIT_EDGES, MARGIN_EDGES } from './scoreCounts';
import { ScoreHistory } from './scoreHistory';
import { specialisation } from './specialisation';
import type { Specialisation, SpecialisationOptions } from './specialisation';
import { TokenSampler } from './tokenSampler';
import { Transitions } from './transitions';

const NO_TEXT: Batch = { tokens: new Int32Array(), batchSize: 0, length: 0, domains: Int32Array.of(-1) };
/** Contexts told of an expert whose layer nobody looks at. */
const FEW_CONTEXTS = 2;
const METRICS = ['maxVio', 'cv', 'entropy', 'dropped'] as const;

/** Options of `telemetry.Recorder`. */
export interface RecorderOptions {
  /** Names of the data's domains, which a batch's `domains` point into. Default: none. */
  domains?: readonly string[];
  /** Text of a token, for the sample and for what experts are sent. Default: none, and neither is recorded. */
  decode?: (token: number) => string;
  /** Tokens of each batch whose choices are kept, 0..2048, sequence after sequence. Default: those of the first sequence, at most 64. */
  tokenSample?: number;
  /** Loads are summed over the latest 1 to 2 times this many steps. Default 8. */
  window?: number;
  /** Sequences kept for {@link Recorder.specialisation}. Default 256. */
  sequences?: number;
  /** Tokens of the vocabulary, V, for {@link Recorder.vocabularySpecialisation}. Default 0: not counted. */
  vocabSize?: number;
}

/**
 * Adds up what every routed layer of a model decides: give it to a pass as `Context.create({ observers: [recorder] })`, or watch a
 * run with `show.routing()`. It reads nothing from the device. What it keeps does not grow with the run, and depends on
 * the steps only, so a repeated run records the same.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function recorder(options: RecorderOptions = {}): Recorder {
  return new Recorder(options);
}

/** See {@link recorder}. */
export class Recorder implements Observer<'routing' | 'losses'> {
  readonly kinds = ['routing', 'losses'] as const;
  private readonly options: Required<Omit<RecorderOptions, 'decode' | 'tokenSample'>>;
  private readonly layers = new Map<string, LayerRecorder>();
  private readonly sampler: TokenSampler;
  private readonly vocabulary: Vocabulary | null;
  /** From each layer to the next, by the path of the first. */
  private readonly transitions = new Map<string, Transitions>();
  /** The record before, of the same pass. */
  private before: RoutingRecord | null = null;
  private readonly history = new Binned(MAX_HISTORY_STEPS, blendNumbers);
  private readonly loads = new Binned<number[]>(MAX_LOAD_STEPS, blendVectors);
  private readonly scores = new ScoreHistory();
  private readonly scalarNames = new Set<string>();
  private latest: Batch | null = null;
  private steps = 0;
  private lastStep = -1;

  constructor(options: RecorderOptions = {}) {
    const { domains = [], decode = null, tokenSample = null, window = 8, sequences = 256, vocabSize = 0 } = options;
    if (tokenSample !== null) {
      expectInteger('telemetry.recorder', 'tokenSample', tokenSample, 0, MAX_TOKENS);
    }
    expectInteger('telemetry.recorder', 'window', window, 1);
    expectInteger('telemetry.recorder', 'sequences', sequences, 1);
    expectInteger('telemetry.recorder', 'vocabSize', vocabSize, 0);
    this.options = { domains, window, sequences, vocabSize };
    this.vocabulary = decode && new Vocabulary(decode);
    this.sampler = new TokenSampler({ count: tokenSample, decode, numDomains: domains.length });
  }

  /** The batch whose records follow: gives them text and domains, where it is of text. */
  batch(batch: Batch | null): void {
    this.latest = batch;
    this.before = null;
    this.sampler.batch(batch ?? NO_TEXT);
  }

  observe(event: PublishedEvent<'routing' | 'losses'>): void {
    if (event.kind === 'routing') {
      this.observeRouting(event);
    } else if (this.latest !== null && event.losses.length === this.latest.batchSize * this.latest.length) {
      this.sampler.losses(event.losses);
    }
  }

  private observeRouting(record: RoutingRecord): void {
    let layer = this.layers.get(record.path);
    if (layer === undefined || !layer.fits(record)) {
      const { domains, sequences, vocabSize } = this.options;
      const counted = { countTokens: this.vocabulary !== null, countVocabulary: vocabSize > 0 };
      layer = new LayerRecorder(record, { numDomains: domains.length, sequences, ...counted });
      this.layers.set(record.path, layer);
    }
    layer.record(record, this.latest, Math.max(1, this.lastStep + 1));
    this.follow(record);
    if (this.latest !== null && record.numTokens === this.latest.batchSize * this.latest.length) {
      this.sampler.record(record);
    }
  }

  /**
   * Ends a step: what was observed since the last one becomes a point of the history, beside these scalars.
   *
   * @throws {SwitchyardError} where `step` is not above the step before.
   */
  step(step: number, scalars: Record<string, number> = {}): void {
    expectInteger('Recorder.step', 'step', step, this.lastStep + 1);
    this.lastStep = step;
    const values: [string, number][] = [];
    const loads: [string, number[]][] = [];
    const routed = Array.from(this.layers.values()).filter(({ latest }) => latest.tokens > 0);
    this.scores.add(step, routed);
    for (const [name, value] of Object.entries(scalars)) {
      if (Number.isFinite(value) && (this.scalarNames.has(name) || this.scalarNames.size < MAX_SCALARS)) {
        this.scalarNames.add(name);
        values.push([`scalar ${name}`, value]);
      }
    }
    const roll = ++this.steps % this.options.window === 0;
    for (const [path, layer] of this.layers) {
      if (layer.latest.tokens > 0) {
        values.push(...metricValues(path, layerScalars(layer.latest)));
        loads.push([loadKey(layer), shares(layer.latest.load)]);
      }
      layer.endStep(roll);
    }
    if (roll) {
      this.transitions.forEach((counts) => counts.roll());
    }
    this.history.add(step, values);
    if (loads.length > 0) {
      this.loads.add(step, loads);
    }
  }

  /**
   * Everything recorded, as a payload holds it; exact and unbounded, see `telemetry.bound`. Of very many experts no pairs are
   * there, but those of the layer of the path `paired`.
   */
  data({ paired }: { paired?: string } = {}): RoutingData {
    const layers = Array.from(this.layers.values());
    const routed = layerRoutings(layers, paired).map((layer, i) => ({
      ...layer,
      ...this.specialised(i, layers, layer.path === paired ? MAX_CONTEXTS : FEW_CONTEXTS)
    }));
    return {
      layers: routed,
      history: this.readHistory(),
      tokens: layers.length > 0 ? this.sampler.read(layers.map(({ path }) => path)) : null,
      domains: [...this.options.domains],
      ...(routed.some(({ classLoad }) => classLoad) ? { tokenClasses: [...CLASSES] } : {}),
      ...(routed.some(({ internals }) => internals)
        ? { scoreBins: { logits: [...LOGIT_EDGES], margins: [...MARGIN_EDGES] } }
        : {})
    };
  }

  /** Tokens that a layer's experts are sent, and where these go next. */
  private specialised(depth: number, layers: readonly LayerRecorder[], most: number): Partial<LayerRouting> {
    const { path, tokens, contexts, numExperts } = layers[depth];
    const { vocabulary } = this;
    const next = layers.at(depth + 1);
    const counts = next && this.transitions.get(`${path} ${next.path}`)?.read();
    const sent = tokens && vocabulary ? expertTokens(tokens, numExperts, vocabulary) : {};
    const words = vocabulary && contexts?.read(most, (token) => vocabulary.of(token).text, this.options.domains.length);
    return {
      ...sent,
      ...(words ? { contexts: words } : {}),
      ...(counts ? { transitions: counts.map(shares) } : {})
    };
  }

  /** Counts where the tokens of the layer before went, where it is of the same pass. */
  private follow(record: RoutingRecord): void {
    const { before } = this;
    this.before = record;
    if (before === null || before.numTokens !== record.numTokens || before.path === record.path) {
      return;
    }
    const key = `${before.path} ${record.path}`;
    let counts = this.transitions.get(key);
    if (counts === undefined || !counts.fits(before.numExperts, record.numExperts)) {
      counts = new Transitions(before.numExperts, record.numExperts);
      this.transitions.set(key, counts);
    }
    counts.record(before, record);
  }

  /**
   * How much each layer's experts tell of the domain, by path, over the latest sequences, against labels shuffled
   * between sequences; see {@link specialisation}. Empty where domains are unknown.
   */
  specialisation(options: Omit<SpecialisationOptions, 'numExperts'> = {}): Record<string, Specialisation> {
    const known = Array.from(this.layers).filter(([, { ring }]) => ring.read().labels.some((label) => label >= 0));
    return Object.fromEntries(
      known.map(([path, { ring, numExperts }]) => {
        const { counts, labels } = ring.read();
        return [path, specialisation(counts, labels, { ...options, numExperts })];
      })
    );
  }

  /**
   * Of the tokens sent to expert i, the share also sent to expert j, over the latest steps; [E][E] by layer, null where k
   * is 1 or there are over 256 experts. See {@link coActivation}.
   */
  coActivation(): Record<string, Numeric[][] | null> {
    return Object.fromEntries(Array.from(this.layers, ([path, layer]) => [path, coActivationOf(layer.window())]));
  }

  /** How surely each token of the vocabulary goes to one expert, by layer; empty without the option `vocabSize`. */
  vocabularySpecialisation(options: { minOccurrences?: number } = {}): Record<string, number> {
    const values = Array.from(this.layers, ([path, layer]) => [path, layer.vocabularySpecialisation(options)] as const);
    return Object.fromEntries(values.filter((entry): entry is [string, number] => entry[1] !== null));
  }

  private readHistory(): RoutingHistory {
    const paths = Array.from(this.layers.keys());
    const { steps, series } = this.history.read();
    const column = (name: string): Numeric[] => series.get(name) ?? steps.map(() => null);
    const [maxVio, cv, entropy, dropped] = METRICS.map((metric) => paths.map((path) => column(`${metric} ${path}`)));
    const loads = this.loads.read();
    const load = Array.from(this.layers.values(), (layer) => {
      const rows = loads.series.get(loadKey(layer)) ?? loads.steps.map(() => null);
      return rows.map((row) => row ?? new Array<number>(layer.numExperts).fill(0));
    });
    const scalars = Array.from(this.scalarNames, (name) => [name, column(`scalar ${name}`)] as const);
    return {
      ...{ steps, maxVio, cv, entropy, dropped, loadSteps: loads.steps, load, scalars: Object.fromEntries(scalars) },
      ...this.scores.read(paths)
    };
  }
}

/** A layer that changes its number of experts starts a new series. */
function loadKey({ path, numExperts }: LayerRecorder): string {
  return `${numExperts} ${path}`;
}

function metricValues(path: string, scalars: LayerScalars): [string, number][] {
  return METRICS.map((metric): [string, Numeric] => [`${metric} ${path}`, scalars[metric]]).filter(
    (entry): entry is [string, number] => entry[1] !== null
  );
}
