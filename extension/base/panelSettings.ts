/** @file The reader's settings, with defaults where there is no settings registry. */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { ColourScheme } from './schemes';
import { DEFAULT_SCHEME } from './schemes';
import { DrawingBudget } from './drawingBudget';
import type { IHealthLimits } from './health';
import { HEALTH_LIMITS } from './health';
import { clampWidth, DEFAULT_WIDTH } from './width';

/** Deed that follows when a layer goes wrong, beside the words that say so. */
export type HealthAction = 'none' | 'notify' | 'pause';

/** The side of a cell that its panel is on. */
export type PanelSide = 'right' | 'left' | 'below';

/** Part of the time for drawing that is for outputs. */
const OUTPUTS = 0.25;

/** The one of the application: every place that draws follows it. */
export const IPanelSettings = new Token<PanelSettings>(
  'jupyterlab-switchyard:IPanelSettings',
  'What the reader set of the pictures of routing.'
);

export class PanelSettings implements IDisposable {
  /** Whether a panel opens by itself beside a cell that routes. */
  get openWhileRunning(): boolean {
    return (this._get('openWhileRunning') as boolean | undefined) ?? true;
  }

  /** Whether the sidebar comes forward by itself where a training goes on out of view. */
  get openSidebar(): boolean {
    return (this._get('openSidebar') as boolean | undefined) ?? true;
  }

  /** Whether the status bar says how a training is. */
  get statusBar(): boolean {
    return (this._get('statusBar') as boolean | undefined) ?? true;
  }

  /** Width of the panels, in pixels. */
  get width(): number {
    return clampWidth((this._get('panelWidth') as number | undefined) ?? DEFAULT_WIDTH);
  }

  /** Where panels are, as far as the notebook is wide enough. */
  get side(): PanelSide {
    return (this._get('panelSide') as PanelSide | undefined) ?? 'right';
  }

  /** Least time from one drawing of snapshots to the next, in milliseconds. */
  get interval(): number {
    return 1000 / ((this._get('updatesPerSecond') as number | undefined) ?? 10);
  }

  /** The part of the page's time that drawings of snapshots may take, 0..1. */
  get drawingShare(): number {
    return ((this._get('drawingShare') as number | undefined) ?? 2) / 100;
  }

  /** Tokens of a sample that are shown, at most. */
  get maxTokens(): number {
    return (this._get('maxTokens') as number | undefined) ?? Infinity;
  }

  /** The colours of figures. */
  get colourScheme(): ColourScheme {
    return (this._get('colourScheme') as ColourScheme | undefined) ?? DEFAULT_SCHEME;
  }

  /** Limits of what is wrong with a layer. */
  get healthLimits(): IHealthLimits {
    const share = (name: string, otherwise: number): number =>
      ((this._get(name) as number | undefined) ?? 100 * otherwise) / 100;
    return {
      collapsed: share('collapsedBelow', HEALTH_LIMITS.collapsed),
      dead: share('deadAbove', HEALTH_LIMITS.dead),
      dropped: share('droppedAbove', HEALTH_LIMITS.dropped)
    };
  }

  /** Folder of saved runs, relative to the notebook's. */
  get runsFolder(): string {
    return (this._get('runsFolder') as string | undefined) ?? 'runs';
  }

  /** Deed that follows when a layer goes wrong. */
  get healthAction(): HealthAction {
    return (this._get('whenUnhealthy') as HealthAction | undefined) ?? 'none';
  }

  /** Shared by all views of runs. */
  readonly budget = new DrawingBudget(() => (1 - OUTPUTS) * this.drawingShare);

  /** Shared by all outputs: what they draw is cheap, and need not wait until a dear picture has been paid for. */
  readonly outputBudget = new DrawingBudget(() => OUTPUTS * this.drawingShare);

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Uses the registry's values from now on. */
  connect(settings: ISettingRegistry.ISettings): void {
    this._settings = settings;
    settings.changed.connect(() => this._changed.emit(), this);
    this._changed.emit();
  }

  saveWidth(width: number): void {
    void this._settings?.set('panelWidth', width);
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _get(name: string): unknown {
    return this._settings?.get(name).composite;
  }

  private _settings?: ISettingRegistry.ISettings;
  private _isDisposed = false;
  private _changed = new Signal<this, void>(this);
}
