/** @file The reader's settings without a registry. */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';
import { PanelSettings } from '../../extension/base/panelSettings';

/** Settings by their names in the schema; all others are as nobody changed them. */
export function changeableSettings(): { settings: PanelSettings; change: (values: Record<string, unknown>) => void } {
  const settings = new PanelSettings();
  const changed = new Signal<object, void>({});
  let current: Record<string, unknown> = {};
  settings.connect({
    get: (name: string) => ({ composite: current[name] }),
    changed
  } as unknown as ISettingRegistry.ISettings);
  const change = (values: Record<string, unknown>): void => {
    current = values;
    changed.emit();
  };
  return { settings, change };
}
