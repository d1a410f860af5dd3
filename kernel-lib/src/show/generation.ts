import { randomUUID } from 'crypto';
import { captureDisplay, fail } from '../base/core';
import type { Observer, WriteDisplay } from '../base/core';
import type { GenerationInfo, GenerationPass, GenerationWatcher as Watcher } from '../models/hub';
import type { RoutingPayload } from '../protocol';
import { recorder } from '../study/telemetry';
import type { Recorder } from '../study/telemetry';
import { bound } from './bound';
import { envelope } from './envelope';
import type { RunState } from './envelope';
import { LiveDisplay } from './liveDisplay';
import { ROUTING } from './liveKinds';
import { element } from './markup';
import { Pace } from './pace';
import { WrittenTokens } from './writtenTokens';

/** The text is written anew at most so often. */
const TEXT_MILLISECONDS = 100;
const MAX_SHARE = 0.02;
/** Domains of tokens: those that were given and those that are written. */
const DOMAINS = ['prompt', 'answer'];

/** Options of `show.generation`. */
export interface GenerationWatchOptions {
  /** Title of the routing, for people. Default: the model's kind, with its routing. */
  title?: string;
}

/** All that belongs to one writing. */
interface Watched {
  info: GenerationInfo;
  state: RunState;
  recorder: Recorder;
  tokens: WrittenTokens;
  routing: LiveDisplay;
  text: TextDisplay;
}

/** Shows a text while a model writes it; see {@link generation}. */
export class GenerationWatcher implements Watcher {
  private current: Watched | null = null;

  constructor(private readonly options: GenerationWatchOptions) {}

  get observers(): readonly Observer[] {
    return this.current === null ? [] : [this.current.recorder, this.current.tokens.observer];
  }

  start(info: GenerationInfo): void {
    if (this.current?.state.status === 'running') {
      fail('show.generation', 'a watcher follows one text at a time', this.current.state.title);
    }
    const { model, maxNewTokens, decode } = info;
    const title = this.options.title ?? model.kind;
    const state: RunState = {
      ...{ runId: randomUUID(), seq: 0, title, step: 0 },
      totalSteps: maxNewTokens,
      status: 'running'
    };
    const routing = new LiveDisplay(() => {
      state.seq++;
      return this.whole();
    });
    this.current = {
      ...{ info, state, routing, tokens: new WrittenTokens(), text: new TextDisplay(info) },
      // Of all tokens, and not only of the latest.
      recorder: recorder({ domains: DOMAINS, decode, tokenSample: 0, window: maxNewTokens })
    };
  }

  pass(pass: GenerationPass): void {
    const { recorder: loads, tokens, state } = this.watched();
    const { rows } = pass;
    loads.batch({
      ...{ tokens: Int32Array.from(rows.flat()), batchSize: rows.length, length: rows[0].length },
      domains: new Int32Array(rows.length).fill(state.step === 0 ? 0 : 1)
    });
    tokens.pass(pass);
  }

  step(step: number, texts: readonly string[]): void {
    const { recorder: loads, tokens, state, text, routing } = this.watched();
    loads.step(step);
    state.step = step;
    text.update(texts);
    if (tokens.routed) {
      routing.update();
    }
  }

  end(status: 'finished' | 'stopped' | 'failed', error: Error | null): void {
    const { tokens, state, text, routing } = this.watched();
    state.status = status;
    state.problem = error?.message || undefined;
    text.finish();
    if (tokens.routed) {
      routing.finish();
    }
  }

  /** Routing of the latest text, in a notebook or not; null before the first, and for a model without routers. */
  latest(): RoutingPayload | null {
    return this.current?.tokens.routed ? this.whole() : null;
  }

  private watched(): Watched {
    return this.current ?? fail('show.generation', 'a watcher must be started', null);
  }

  private whole(): RoutingPayload {
    const { recorder: loads, tokens, state, info } = this.watched();
    const data = loads.data();
    const paths = data.layers.map(({ path }) => path);
    const title = `${state.title}${ROUTING.title(data)}`;
    const whole = { ...data, tokens: tokens.read(paths, info.decode) };
    return bound({ ...envelope({ ...state, title }), kind: 'routing', data: whole });
  }
}

/** An output that holds the texts so far, each behind its prompt. */
class TextDisplay {
  private readonly write: WriteDisplay | null = captureDisplay();
  private readonly displayId = randomUUID();
  private readonly pace = new Pace(TEXT_MILLISECONDS, MAX_SHARE);
  private readonly prompts: readonly string[];
  private texts: readonly string[] = [];
  private shown = false;

  constructor({ promptIds, decodeText }: GenerationInfo) {
    this.prompts = promptIds.map(decodeText);
  }

  update(texts: readonly string[]): void {
    this.texts = texts;
    if (this.pace.wait === 0) {
      this.pace.run(() => this.show());
    }
  }

  finish(): void {
    this.show();
  }

  private show(): void {
    const both = this.texts.map((text, i) => [this.prompts[i], text]);
    const html = both.map(([prompt, text]) =>
      element('p', { style: 'white-space: pre-wrap' }, [
        element('span', { style: 'opacity: 0.6' }, prompt),
        element('span', {}, text)
      ])
    );
    const data = {
      'text/html': element('div', {}, html).source,
      'text/plain': both.map(([prompt, text]) => prompt + text).join('\n\n')
    };
    this.write?.({ data, metadata: {}, transient: { display_id: this.displayId } }, this.shown);
    this.shown = true;
  }
}

/**
 * Shows a text while a model writes it: `model.generate(prompt, { watch: show.generation() })`, the prompt paler than the answer. Of a mixture of
 * experts the routing of its tokens is shown besides, prompt and answer as two domains, in a strip that grows by each token. At most one
 * text at a time.
 */
export function generation(options: GenerationWatchOptions = {}): GenerationWatcher {
  return new GenerationWatcher(options);
}
