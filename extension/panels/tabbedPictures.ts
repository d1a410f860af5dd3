/** @file A tab list over pictures; only the tab in view is drawn, and of passing snapshots only the pictures in view. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, PanelLayout, Widget } from '@lumino/widgets';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext } from '../charts/figure';
import type { IView } from '../base/view';
import { element } from '../base/dom';
import type { IExportable } from '../base/exporting';
import type { IPicture } from './picture';
import type { ITab } from './tabs';
import { createTabs } from './tabs';
import { ViewWatch } from './viewWatch';

let instances = 0;

export class TabbedPictures extends Widget {
  constructor(trans: TranslationBundle) {
    super();
    this.addClass('jp-switchyard-Tabs');
    this._tabs = createTabs(trans);
    this._buttons = this._tabs.map((tab) => this._button(tab));
    this._list.append(...this._buttons);
    this._list.setAttribute('aria-label', trans.__('Pictures'));
    this._empty.textContent = trans.__('This snapshot has nothing for this tab.');
    const layout = (this.layout = new PanelLayout());
    layout.addWidget(new Widget({ node: this._list }));
    layout.addWidget(this._body);
    this._body.node.setAttribute('role', 'tabpanel');
    this._body.node.append(this._empty);
  }

  /** Emits what the reader looks at: the tab selected, or what was chosen in a picture. */
  get looked(): ISignal<this, Partial<IView>> {
    return this._looked;
  }

  /**
   * Draws one tab, or the first that has something for this kind of payload; `inPassing` its pictures that are in view,
   * the others when they come in view.
   */
  draw(payload: Payload, context: IChartContext, selected: string, inPassing = false): void {
    const offered = this._offered(payload);
    const shown = tabIn(offered, selected);
    this._selected = selected;
    this._tabs.forEach((tab, i) => {
      const button = this._buttons[i];
      button.hidden = !offered.includes(tab);
      button.setAttribute('aria-selected', String(tab === shown));
      button.tabIndex = tab === shown ? 0 : -1;
      this._pictures.get(tab.id)?.forEach((picture) => picture.setHidden(tab !== shown));
    });
    this._shown = { payload, context };
    this._empty.hidden = shown !== undefined && this._drawTab(shown, inPassing);
  }

  /** Whether layers and experts make a difference in a tab, or the first that has something for this payload. */
  isOfLayers(payload: Payload, selected: string): boolean {
    return !tabIn(this._offered(payload), selected)?.whole.includes(payload.kind);
  }

  /** The picture in view to save: the one that has the focus, else the first. */
  exported(): IExportable | null {
    const shown = [...this._pictures.values()].flat().filter((picture) => picture.isVisible);
    const focused = shown.filter((picture) => picture.node.contains(document.activeElement));
    return [...focused, ...shown].map((picture) => picture.exported()).find(Boolean) ?? null;
  }

  /** Moves the focus to the tab in view. */
  focus(): void {
    this._buttons.find(({ tabIndex }) => tabIndex === 0)?.focus();
  }

  handleEvent(event: Event): void {
    if (event.type === 'click') {
      this._select(this._buttons.indexOf(event.target as HTMLButtonElement));
    } else if (event.type === 'keydown') {
      this._walk(event as KeyboardEvent);
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._views.dispose();
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override onAfterAttach(): void {
    this._list.addEventListener('click', this);
    this._list.addEventListener('keydown', this);
  }

  protected override onBeforeDetach(): void {
    this._list.removeEventListener('click', this);
    this._list.removeEventListener('keydown', this);
  }

  private _offered({ kind }: Payload): ITab[] {
    return this._tabs.filter((tab) => tab.kinds.includes(kind));
  }

  /** False where the payload has nothing for any picture of the tab. */
  private _drawTab(tab: ITab, inPassing: boolean): boolean {
    this._body.node.setAttribute('aria-labelledby', this._tabId(tab));
    const pictures = this._pictures.get(tab.id) ?? this._create(tab);
    return pictures.map((picture) => this._drawPicture(picture, inPassing)).some(Boolean);
  }

  /** False where the payload has nothing for it. */
  private _drawPicture(picture: IPicture, inPassing: boolean): boolean {
    // One that shows nothing is never in view.
    if (inPassing && this._filled.has(picture) && this._views.isAway(picture.node)) {
      this._missed.add(picture);
      return true;
    }
    const { payload, context } = this._shown!;
    const filled = picture.draw(payload, context);
    this._missed.delete(picture);
    if (filled) {
      this._filled.add(picture);
    } else {
      this._filled.delete(picture);
    }
    return filled;
  }

  private _catchUp(node: Element): void {
    [...this._missed]
      .filter((picture) => picture.node === node)
      .forEach((picture) => this._drawPicture(picture, false));
  }

  private _create(tab: ITab): IPicture[] {
    const pictures = tab.create();
    for (const picture of pictures) {
      picture.looked.connect((_, change) => this._looked.emit(change), this);
      this._body.addWidget(picture);
      this._views.observe(picture.node);
    }
    this._pictures.set(tab.id, pictures);
    return pictures;
  }

  private _button(tab: ITab): HTMLButtonElement {
    return element('button', { text: tab.label, attributes: { type: 'button', role: 'tab', id: this._tabId(tab) } });
  }

  private _tabId(tab: ITab): string {
    return `${this._id}-${tab.id}`;
  }

  private _walk(event: KeyboardEvent): void {
    const offered = this._buttons.filter((button) => !button.hidden);
    const at = offered.indexOf(event.target as HTMLButtonElement);
    const moves: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: offered.length - 1 };
    const next = event.key in moves ? offered.at(moves[event.key] % offered.length) : undefined;
    if (next) {
      event.preventDefault();
      next.focus();
      this._select(this._buttons.indexOf(next));
    }
  }

  private _select(index: number): void {
    const tab = this._tabs.at(index);
    if (index >= 0 && tab && tab.id !== this._selected) {
      this._looked.emit({ tab: tab.id });
    }
  }

  private _id = `jp-switchyard-tabs-${instances++}`;
  private _tabs: ITab[];
  private _selected = '';
  private _list = element('div', { class: 'jp-switchyard-tablist', attributes: { role: 'tablist' } });
  private _buttons: HTMLButtonElement[];
  private _body = new Panel();
  private _empty = element('p', { class: 'jp-switchyard-state' });
  private _pictures = new Map<string, IPicture[]>();
  private _shown: { payload: Payload; context: IChartContext } | null = null;
  /** Pictures that have something to show, and those that missed a payload while they were out of view. */
  private _filled = new Set<IPicture>();
  private _missed = new Set<IPicture>();
  private _views = new ViewWatch((node) => this._catchUp(node));
  private _looked = new Signal<this, Partial<IView>>(this);
}

function tabIn(offered: readonly ITab[], selected: string): ITab | undefined {
  return offered.find(({ id }) => id === selected) ?? offered.at(0);
}
