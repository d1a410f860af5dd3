/** @file The steps in view, as two numbers to type and a button for all: what dragging in a plot does, by keys. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { StepRange } from '../charts/stepAxis';
import { stepRange } from '../charts/stepAxis';
import { element } from '../base/dom';

export class StepZoom {
  readonly node = element('div', { class: 'jp-switchyard-zoom' });

  /** @param zoomed - Called with the steps that the reader wants to see; null for all. */
  constructor(trans: TranslationBundle, zoomed: (range: StepRange | null) => void) {
    this._zoomed = zoomed;
    this._from.setAttribute('aria-label', trans.__('First step in view'));
    this._to.setAttribute('aria-label', trans.__('Last step in view'));
    this._all.textContent = trans.__('All steps');
    this._all.onclick = () => this.reset();
    this._from.oninput = this._to.oninput = () => (this._typing = true);
    this._from.onchange = this._to.onchange = () => this._typed();
    // A notebook may keep Enter from the field, which would end the typing.
    this._from.onkeydown = this._to.onkeydown = ({ key }) => {
      if (key === 'Enter') {
        this._typed();
      }
    };
    this.node.append(element('span', { text: trans.__('Steps') }), this._from, new Text('–'), this._to, this._all);
  }

  /** Shows what is in view of these steps, ascending; nothing where there is nothing to zoom. */
  show(steps: readonly number[], choices: Readonly<Record<string, string>>): void {
    this._steps = steps;
    this.node.hidden = steps.length < 2;
    const range = stepRange(choices);
    const [from, to] = range ?? [steps[0], steps[steps.length - 1]];
    this._all.disabled = range === null;
    // Updates leave alone what is being typed.
    if (!this._typing && steps.length > 1) {
      setValue(this._from, String(from));
      setValue(this._to, String(to));
    }
  }

  /** Zooms to a range that was drawn in the plot; leaves the view alone where there is none. */
  to(range: StepRange | null): void {
    if (range !== null && this._steps.length > 1) {
      this._zoomed(range);
    }
  }

  reset(): void {
    this._typing = false;
    if (this._steps.length > 1) {
      this._zoomed(null);
    }
  }

  private _typed(): void {
    this._typing = false;
    const [from, to] = [this._from.valueAsNumber, this._to.valueAsNumber];
    if (from < to) {
      this._zoomed([from, to]);
    }
  }

  private _zoomed: (range: StepRange | null) => void;
  private _steps: readonly number[] = [];
  private _typing = false;
  private _from = element('input', { attributes: { type: 'number', min: '0', step: '1' } });
  private _to = element('input', { attributes: { type: 'number', min: '0', step: '1' } });
  private _all = element('button', { attributes: { type: 'button' } });
}

/** Sets a field's value where it is another one: the browser lays out what a field shows. */
function setValue(field: HTMLInputElement, value: string): void {
  if (field.value !== value) {
    field.value = value;
  }
}

/** The range of steps in plotly's note of a change of layout, whichever of the x axes was dragged; null where none was. */
export function zoomOf(change: Record<string, unknown>): StepRange | null {
  const ends = Object.entries(change).flatMap(([name, value]) =>
    /^xaxis\d*\.range(\[[01]\])?$/.test(name) ? (Array.isArray(value) ? (value as unknown[]) : [value]) : []
  );
  return ends.length === 2 && ends.every((end) => typeof end === 'number')
    ? [ends[0] as number, ends[1] as number]
    : null;
}
