/** @file The reader's settings, with defaults where there is no settings registry. */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { clampWidth, DEFAULT_WIDTH } from './width';

export class PanelSettings implements IDisposable {
  /** Whether a panel opens by itself beside a cell that routes. */
  get openWhileRunning(): boolean {
    return (this._settings?.get('openWhileRunning').composite as boolean | undefined) ?? true;
  }

  /** Width of the panels, in pixels. */
  get width(): number {
    return clampWidth((this._settings?.get('panelWidth').composite as number | undefined) ?? DEFAULT_WIDTH);
  }

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

  private _settings?: ISettingRegistry.ISettings;
  private _isDisposed = false;
  private _changed = new Signal<this, void>(this);
}
