/** @file One of several runs: header, state in words and pictures, drawn at most once a frame and only in view. */
import type { IThemeManager } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import type { ControlRequest, Payload } from '@switchyard/kernel-lib/protocol';
import type { IControlState, RunControls } from '../control';
import { controlState, overState } from '../control';
import type { IChartContext } from '../charts/figure';
import { configurationOf, distinctTitles } from '../base/configuration';
import { element } from '../base/dom';
import type { IExportable } from '../base/exporting';
import { FrameScheduler } from '../base/frame';
import { PanelSettings } from '../base/panelSettings';
import type { IRun, KernelState } from '../base/payloads';
import { latestRun } from '../base/payloads';
import { healthWords, kindOf, progressOf } from '../kinds';
import { keptSteps, payloadAt } from '../kinds/replay';
import type { RunState } from '../base/runState';
import { problemSentence, RUN_STATES, runState, stateSentence } from '../base/runState';
import type { ITheme } from '../base/theme';
import { readTheme } from '../base/theme';
import type { IView } from '../base/view';
import { Configuration } from './configuration';
import type { IChosenExpert } from './controlBar';
import { ControlBar } from './controlBar';
import type { Choice } from './panelHeader';
import { PanelHeader } from './panelHeader';
import { ReplayBar } from './replayBar';
import { TabbedPictures } from './tabbedPictures';

/** Where a {@link RunView} finds what it shows, asked at every drawing. */
export interface IRunSource {
  /** The runs to choose from. */
  runs: () => readonly IRun[];
  /** State of the kernel of these runs. */
  kernel: () => KernelState;
  /** Says why there is no run, where there is none. */
  empty: () => string;
  /** A run's title among others that are not offered here. Default: among its own. */
  titleOf?: (run: IRun) => string | undefined;
  /** Payloads that are drawn side by side, its own included: pictures with a scale that follows their numbers have one for all. Default: nothing. */
  beside?: () => readonly Payload[];
  /** Holds and stops runs; null where no notebook is open. */
  controls: () => RunControls | null;
}

export interface IRunViewOptions {
  source: IRunSource;
  /** Written when the reader chooses. Views that share one show the same tab, layer and expert. */
  view: IView;
  trans: TranslationBundle;
  themes: IThemeManager | null;
  /** Default: as the settings are when nobody changed them. */
  settings?: PanelSettings;
  /** Called by the button that closes the view; without it there is no such button. */
  close?: () => void;
}

/** Of what is no run. */
const NO_SETTINGS = {};

/** Where there is nothing to hold. */
const NOTHING: IControlState = { why: 'nothing', status: null };

export class RunView extends Widget {
  constructor(options: IRunViewOptions) {
    super();
    const { trans, themes, close, settings = new PanelSettings() } = options;
    this._options = options;
    this._settings = settings;
    this.addClass('jp-switchyard-RunView');
    this._header = new PanelHeader(trans, close !== undefined);
    this._replay = new ReplayBar(trans);
    this._control = new ControlBar(trans);
    this._configuration = new Configuration(trans);
    this._pictures = new TabbedPictures(trans);
    const layout = (this.layout = new PanelLayout());
    layout.addWidget(this._header);
    layout.addWidget(this._control);
    layout.addWidget(this._state);
    layout.addWidget(this._configuration);
    layout.addWidget(this._replay);
    layout.addWidget(this._pictures);
    // Until it is in view, and knows its run's kind, it offers nothing to choose.
    this._say('', '');
    this._header.chosen.connect(this._choose, this);
    this._replay.chosen.connect((_, step) => this._look({ step }), this);
    this._control.asked.connect((_, request) => this.ask(request), this);
    this._pictures.looked.connect((_, change) => this._look(change), this);
    themes?.themeChanged.connect(() => this.refresh(), this);
    settings.changed.connect(() => this.refresh(), this);
  }

  /** Emits after the reader chose something; the view holds it already. */
  get looked(): ISignal<this, Partial<IView>> {
    return this._looked;
  }

  /** Draws in the next frame, or as soon as it comes in view. */
  refresh(): void {
    this._asked = true;
    this._frame.schedule();
  }

  /** Draws what a kernel sent: as {@link RunView.refresh}, but not more often and for longer than the settings say. */
  follow(): void {
    this._frame.schedule(this._drawnAt + this._settings.interval - performance.now());
  }

  /** Goes down the layers by so many, or up; stays within them. */
  moveLayer(by: number): void {
    const { view } = this._options;
    const last = this._layers - 1;
    this._look({ layer: Math.min(Math.max(0, Math.min(view.layer, last) + by), Math.max(0, last)) });
  }

  /** The run in view; undefined where there is none. */
  get run(): IRun | undefined {
    return this._run();
  }

  /** The view as the reader has it now. */
  get view(): IView {
    return { ...this._options.view };
  }

  /** Asks the kernel of the run in view for something; does nothing where it cannot be controlled. */
  ask(request: ControlRequest): void {
    const run = this._run();
    if (run !== undefined) {
      this._options.source.controls()?.send(run, request);
    }
  }

  /** Whether the run in view can be paused and stopped, and what its kernel says of it. */
  get control(): IControlState {
    return controlState(this._run(), this._options.source.controls());
  }

  /** The picture that has the focus, else the first in view; null where nothing is drawn. */
  exported(): IExportable | null {
    return this._pictures.exported();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._frame.dispose();
    this._resizes.disconnect();
    this._views.disconnect();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onAfterAttach(): void {
    this._resizes.observe(this.node);
    this._views.observe(this.node);
    this.refresh();
  }

  protected override onBeforeDetach(): void {
    this._resizes.disconnect();
    this._views.disconnect();
    this._inView = false;
  }

  private _draw(): void {
    if (!this._inView || this.isDisposed) {
      return;
    }
    this._drawnAt = performance.now();
    const { source, trans } = this._options;
    const runs = source.runs();
    const run = this._run();
    if (run === undefined) {
      this._say(trans.__('Routing'), source.empty());
    } else if ('problem' in run.reading) {
      this._say(trans.__('Routing'), problemSentence(run.reading, trans), runs, run);
    } else {
      this._show(run.reading.payload, run, runs);
    }
  }

  private _run(): IRun | undefined {
    const { source, view } = this._options;
    const runs = source.runs();
    return runs.find((each) => each.key === view.run) ?? latestRun(runs);
  }

  private _show(payload: Payload, run: IRun, runs: readonly IRun[]): void {
    const { trans, view } = this._options;
    const { source } = payload;
    const state = runState(payload, run, this._options.source.kernel(), Date.now());
    const kind = kindOf(payload);
    const layers = kind.layers?.(payload.data) ?? [];
    const layer = Math.min(view.layer, Math.max(0, layers.length - 1));
    this._layers = layers.length;
    const experts = kind.experts?.(payload.data, layer, trans) ?? [];
    const expert = view.expert !== null && view.expert < experts.length ? view.expert : null;
    const path = kind.paths?.(payload.data)[layer];
    const chosen =
      expert === null || path === undefined
        ? null
        : { layer: path, expert, name: trans.__('%1 of layer %2', experts[expert], layers[layer]) };
    this._describeControl(this._controlIn(state), chosen);
    const isOfLayers = this._pictures.isOfLayers(payload, view.tab);
    const lacking = kind.details?.lacking(payload, layer, view.tab) ?? null;
    const whole = lacking === null ? payload : this._filled(run, payload, lacking);
    const awaits = lacking !== null && whole === payload && kind.details?.isSaid === true && this._awaits(run);
    const wait = this._picturesWait(whole, awaits);
    // Pictures that wait for their turn are of a step before, and the header tells the step that they show.
    const told = wait === 0 ? payload : (this._drawn ?? payload);
    this._header.describe({
      ...this._runChoice(runs, run),
      title: this._titleOf(run, runs),
      source: told.source,
      progress: progressOf(told, trans),
      state,
      health: healthWords(payload, this._settings.healthLimits, trans),
      layers: isOfLayers ? layers : [],
      layer,
      experts: isOfLayers ? experts : [],
      expert
    });
    this._configuration.describe(configurationOf(run));
    this._tell(stateSentence(state, source, trans));
    this._pictures.show();
    if (wait === 0) {
      // A reader who asks for a picture does not take time from the snapshots.
      const draw = (): void => this._drawPictures(whole, { layer, expert, awaits });
      if (this._isInPassing(whole)) {
        this._settings.budget.run(draw);
      } else {
        draw();
      }
    } else if (wait < Infinity) {
      this._frame.schedule(wait);
    }
  }

  /** Milliseconds until a payload may be drawn; Infinity where it stands already. */
  private _picturesWait(payload: Payload, awaits: boolean): number {
    if (payload === this._drawn && awaits === this._awaited && !this._asked) {
      return Infinity;
    }
    return this._isInPassing(payload) ? this._settings.budget.wait : 0;
  }

  /** Whether it is one snapshot of many. A run's first and last, and what the reader asked for, are not kept waiting. */
  private _isInPassing({ runId, source }: Payload): boolean {
    return !this._asked && !source.final && runId === this._drawn?.runId;
  }

  private _drawPictures(payload: Payload, place: Pick<IChartContext, 'layer' | 'expert' | 'awaits'>): void {
    const { trans, view } = this._options;
    const { tab, choices, step } = view;
    const { colourScheme, maxTokens } = this._settings;
    const inPassing = this._isInPassing(payload);
    // To read it has the browser compute styles, and another one is asked for.
    const theme = inPassing && this._theme !== null ? this._theme : readTheme(colourScheme);
    this._theme = theme;
    this._asked = false;
    this._drawn = payload;
    this._awaited = place.awaits === true;
    this._replay.offer(keptSteps(payload), step);
    const shown = step === null ? payload : payloadAt(payload, step);
    const beside = this._options.source.beside?.().filter(({ kind }) => kind === payload.kind);
    this._pictures.draw(shown, { theme, trans, maxTokens, ...place, choices, beside }, tab, inPassing);
  }

  private _filled(run: IRun, payload: Payload, layer: string): Payload {
    return this._options.source.controls()?.filled(run, payload, layer) ?? payload;
  }

  private _awaits(run: IRun): boolean {
    return this._options.source.controls()?.awaits(run) ?? false;
  }

  private _controlIn(state: RunState): IControlState {
    const { underWay, ended } = RUN_STATES[state];
    return underWay ? this.control : ended ? overState(this._run(), this._options.source.controls()) : NOTHING;
  }

  /** Whoever stopped the run by a key goes on at its pictures: the button is gone. */
  private _describeControl(control: IControlState, chosen: IChosenExpert | null = null): void {
    const { activeElement, body } = document;
    const { over = false } = control;
    const going = over ? this._control.holds : this._control.node;
    // A button that is switched off has lost the focus some time before the row goes.
    this._held = going.contains(activeElement) || (this._held && activeElement === body);
    this._control.describe(control, chosen);
    if (this._held && (this._control.isHidden || over)) {
      this._held = false;
      this._pictures.focus();
    }
  }

  private _say(title: string, sentence: string, runs: readonly IRun[] = [], run?: IRun): void {
    const nobody = { state: null, source: null, progress: '', health: '' };
    const blank = { ...nobody, layers: [], layer: 0, experts: [], expert: null };
    this._describeControl(NOTHING);
    this._header.describe({ ...blank, ...this._runChoice(runs, run), title });
    this._tell(sentence);
    this._configuration.describe(NO_SETTINGS);
    this._replay.offer([], null);
    this._pictures.hide();
    this._drawn = null;
  }

  private _tell(sentence: string): void {
    this._state.setHidden(sentence === '');
    this._state.node.textContent = sentence;
  }

  private _runChoice(runs: readonly IRun[], run?: IRun): { runs: string[]; run: number } {
    const titles = distinctTitles(runs, this._options.trans).map((title, i) => `${i + 1}. ${title}`);
    return { runs: titles, run: run ? runs.indexOf(run) : 0 };
  }

  private _titleOf(run: IRun, runs: readonly IRun[]): string {
    const { source, trans } = this._options;
    return source.titleOf?.(run) ?? distinctTitles(runs, trans)[runs.indexOf(run)];
  }

  private _choose(_: PanelHeader, choice: Choice): void {
    if (choice === 'close') {
      this._options.close?.();
    } else if ('run' in choice) {
      this._look({ run: this._options.source.runs()[choice.run]?.key ?? null });
    } else {
      this._look(choice);
    }
  }

  private _look(change: Partial<IView>): void {
    Object.assign(this._options.view, change);
    this.refresh();
    this._looked.emit(change);
  }

  private _options: IRunViewOptions;
  private _settings: PanelSettings;
  private _drawnAt = -Infinity;
  /** Theme of the pictures that stand. */
  private _theme: ITheme | null = null;
  /** The payload that the pictures show; null where they show none. */
  private _drawn: Payload | null = null;
  /** Whether they say that more is on its way. */
  private _awaited = false;
  /** Whether the pictures are to be drawn anew whatever they show: the reader, the theme or the room has changed. */
  private _asked = true;
  private _header: PanelHeader;
  private _state = new Widget({
    node: element('p', { class: 'jp-switchyard-state', attributes: { role: 'status' } })
  });
  private _configuration: Configuration;
  private _replay: ReplayBar;
  private _control: ControlBar;
  /** Whether the focus is, or was when it was lost, on a control. */
  private _held = false;
  private _pictures: TabbedPictures;
  private _looked = new Signal<this, Partial<IView>>(this);
  private _inView = false;
  private _layers = 0;
  private _frame = new FrameScheduler(() => this._draw());
  private _resizes = new ResizeObserver(() => this.refresh());
  /** Tells of scrolling, hidden tabs, detached cells and skipped content alike. */
  private _views = new IntersectionObserver(
    (entries) => {
      this._inView = entries[entries.length - 1].isIntersecting;
      this.refresh();
    },
    { rootMargin: '200px' }
  );
}
