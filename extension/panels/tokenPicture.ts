/** @file Tokens coloured by the expert that a layer, or each layer, chose; arrow keys walk through them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { ICell } from '../charts/routing/stripLayout';
import type { IChartContext } from '../charts/figure';
import type { IHit } from '../charts/routing/searchTokens';
import type { ITokenStrip } from '../charts/routing/tokenStrip';
import { searchTokens } from '../charts/routing/searchTokens';
import { stripSvg } from '../charts/routing/stripSvg';
import { element, setText } from '../base/dom';
import type { IExportable } from '../base/exporting';
import { exportButton } from '../base/exporting';
import type { IView } from '../base/view';
import { Choices } from './choices';
import { Numbers } from './numbers';
import type { IPicture } from './picture';
import type { IStripMarks, ITokenBody } from './tokenBody';
import { TokenCanvas } from './tokenCanvas';
import { TokenSearch } from './tokenSearch';
import { TokenText } from './tokenText';

let instances = 0;

/** More tokens than this are painted instead of set as text. */
const MOST_AS_TEXT = 512;

export interface ITokenPictureOptions {
  /** Name of the picture, kebab-case: its place in tests and styles. */
  id: string;
  title: string;
  /** Null where the payload has no sample of tokens. */
  strip: (payload: Payload, context: IChartContext) => ITokenStrip | null;
  trans: TranslationBundle;
}

export class TokenPicture extends Widget implements IPicture {
  constructor({ id, title, trans, strip }: ITokenPictureOptions) {
    super({ node: element('figure') });
    this.addClass('jp-switchyard-Picture');
    this.node.dataset.picture = id;
    this._stripOf = strip;
    this._title = title;
    this._numbers = new Numbers(trans.__('Numbers'), trans.__('Tokens and their experts'), { trans });
    this._search = new TokenSearch({ trans, sought: () => this._seek(), step: (by) => this._step(by) });
    const save = exportButton(title, () => this.exported(), trans);
    this.node.append(
      element('figcaption', { text: title }, this._choices.node, save),
      this._search.node,
      this._text.node,
      this._canvas.node,
      this._summary,
      this._detail,
      this._numbers.node
    );
  }

  get looked(): ISignal<this, Partial<IView>> {
    return this._looked;
  }

  draw(payload: Payload, context: IChartContext): boolean {
    const strip = this._stripOf(payload, context);
    this.setHidden(strip === null);
    this._context = context;
    this._strip = strip;
    this._payload = payload;
    if (strip === null) {
      return false;
    }
    const long = strip.rows.length > 1 || strip.overview || strip.texts.length > MOST_AS_TEXT;
    this._body = long ? this._canvas : this._text;
    this._text.node.hidden = long;
    this._canvas.node.hidden = !long;
    this._choices.show(strip.choices);
    this._numbers.show(strip.table);
    this._summary.textContent = strip.summary;
    this._find(strip);
    this._cell = clamped(this._cell, strip);
    this._body.show(strip, context.theme, this._marks(context));
    setText(this._detail, strip.describe(this._cell.row, this._cell.token));
    return true;
  }

  exported(): IExportable | null {
    const [strip, context, payload] = [this._strip, this._context, this._payload];
    if (!strip || !context || !payload) {
      return null;
    }
    const svg = (): Promise<string> =>
      Promise.resolve(stripSvg({ texts: strip.visible, rows: strip.rows }, context.theme));
    const layer = strip.rows.length === 1 ? strip.rows[0].label : undefined;
    return {
      picture: 'token-strip',
      title: this._title,
      layer,
      table: strip.table,
      payload,
      theme: context.theme,
      svg
    };
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._canvas.dispose();
      Signal.clearData(this);
      super.dispose();
    }
  }

  handleEvent(event: Event): void {
    if (event.type === 'keydown') {
      this._walk(event as KeyboardEvent);
      return;
    }
    const cell = this._body.cellOf(event as MouseEvent);
    if (cell && (cell.row !== this._cell.row || cell.token !== this._cell.token)) {
      this._activate(cell);
    }
    if (cell && event.type === 'click') {
      this._choose();
    }
  }

  protected override onAfterAttach(): void {
    LISTENED.forEach((type) => [this._text, this._canvas].forEach(({ node }) => node.addEventListener(type, this)));
  }

  protected override onBeforeDetach(): void {
    LISTENED.forEach((type) => [this._text, this._canvas].forEach(({ node }) => node.removeEventListener(type, this)));
  }

  private _marks({ expert, layer }: IChartContext): IStripMarks {
    return { cell: this._cell, hits: this._hits, hit: this._hit, expert, layer };
  }

  private _walk(event: KeyboardEvent): void {
    const { row, token } = this._cell;
    const rows = this._strip?.rows.length ?? 1;
    const down: ICell = rows > 1 ? { row: row + 1, token } : { row, token: token + 10 };
    const up: ICell = rows > 1 ? { row: row - 1, token } : { row, token: token - 10 };
    const moves: Record<string, ICell> = {
      ArrowRight: { row, token: token + 1 },
      ArrowLeft: { row, token: token - 1 },
      ArrowDown: down,
      ArrowUp: up,
      PageDown: { row, token: token + 50 },
      PageUp: { row, token: token - 50 },
      Home: { row, token: 0 },
      End: { row, token: Infinity }
    };
    if (event.key in moves) {
      event.preventDefault();
      this._activate(moves[event.key]);
      this._body.reveal(this._cell);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this._choose();
    }
  }

  /** Chooses the expert of the cell for all pictures, or none where it was chosen already. */
  private _choose(): void {
    const row = this._strip?.rows.at(this._cell.row);
    const expert = row?.experts[this._cell.token] ?? -1;
    if (row && this._context && expert >= 0) {
      const { layer, expert: chosen } = this._context;
      const again = chosen === expert && layer === row.layer;
      this._looked.emit({ layer: row.layer, expert: again ? null : expert });
    }
  }

  private _activate(cell: ICell): void {
    if (this._strip && this._context) {
      this._cell = clamped(cell, this._strip);
      setText(this._detail, this._strip.describe(this._cell.row, this._cell.token));
      this._body.mark(this._marks(this._context));
    }
  }

  /** Finds the sought text and stays at the place in view. */
  private _find(strip: ITokenStrip): void {
    this._hits = searchTokens(strip.texts, this._search.query);
    this._hit = this._hits.length === 0 ? -1 : Math.min(Math.max(0, this._hit), this._hits.length - 1);
    this._search.tell(this._hits.length, this._hit);
  }

  private _seek(): void {
    if (this._strip) {
      this._hit = 0;
      this._find(this._strip);
      this._goToHit();
    }
  }

  private _step(by: 1 | -1): void {
    const count = this._hits.length;
    if (count > 0) {
      this._hit = (this._hit + by + count) % count;
      this._search.tell(count, this._hit);
      this._goToHit();
    }
  }

  private _goToHit(): void {
    const hit = this._hits.at(this._hit);
    this._activate(hit && this._hit >= 0 ? { row: this._cell.row, token: hit.first } : this._cell);
    if (hit) {
      this._body.reveal(this._cell);
    }
  }

  private _title: string;
  private _stripOf: ITokenPictureOptions['strip'];
  private _looked = new Signal<this, Partial<IView>>(this);
  private _id = `jp-switchyard-tokens-${instances++}`;
  private _choices = new Choices((name, value) =>
    this._looked.emit({ choices: { ...this._context?.choices, [name]: value } })
  );
  private _search: TokenSearch;
  private _text = new TokenText(this._id);
  private _canvas = new TokenCanvas(this._id);
  private _body: ITokenBody = this._text;
  private _summary = element('p', { class: 'jp-switchyard-state' });
  private _detail = element('p', { class: 'jp-switchyard-detail', attributes: { 'aria-live': 'polite' } });
  private _numbers: Numbers;
  private _strip: ITokenStrip | null = null;
  private _payload?: Payload;
  private _context?: IChartContext;
  private _cell: ICell = { row: 0, token: 0 };
  private _hits: IHit[] = [];
  private _hit = -1;
}

const LISTENED = ['keydown', 'pointermove', 'click'];

/** The cell of the strip that is nearest. */
function clamped({ row, token }: ICell, { rows, texts }: ITokenStrip): ICell {
  const within = (at: number, count: number): number => Math.min(Math.max(0, at), Math.max(0, count - 1));
  return { row: within(row, rows.length), token: within(token, texts.length) };
}
