/** @file A short strip as text: each token an option of a list, over the number of its expert. */
import type { ICell } from '../charts/routing/stripLayout';
import type { IColours } from '../base/colours';
import type { ITokenStrip } from '../charts/routing/tokenStrip';
import { expertColour } from '../base/colours';
import { element } from '../base/dom';
import type { ITheme } from '../base/theme';
import type { IStripMarks, ITokenBody } from './tokenBody';
import { dimmedTokens, hitTokens } from './tokenBody';

export class TokenText implements ITokenBody {
  readonly node = element('div', { class: 'jp-switchyard-tokens', attributes: { role: 'listbox', tabindex: '0' } });

  /** @param id - Starts the ids of the tokens' nodes. */
  constructor(id: string) {
    this._id = id;
  }

  show(strip: ITokenStrip, { colours }: ITheme, marks: IStripMarks): void {
    this._strip = strip;
    this.node.setAttribute('aria-label', strip.summary);
    while (this.node.children.length > strip.visible.length) {
      this.node.lastElementChild?.remove();
    }
    strip.visible.forEach((_, token) => this._paint(strip, token, colours));
    this.mark(marks);
  }

  mark(marks: IStripMarks): void {
    if (!this._strip) {
      return;
    }
    const nodes = Array.from(this.node.children);
    const found = hitTokens(nodes.length, marks);
    const dimmed = dimmedTokens(this._strip, marks);
    nodes.forEach((node, t) => {
      const active = t === marks.cell.token;
      node.classList.toggle('jp-mod-active', active);
      node.classList.toggle('jp-mod-hit', found[t] > 0);
      node.classList.toggle('jp-mod-current', found[t] === 2);
      node.classList.toggle('jp-mod-dimmed', dimmed[t] === 1);
      node.setAttribute('aria-selected', String(active));
    });
    this.node.setAttribute('aria-activedescendant', nodes.at(marks.cell.token)?.id ?? '');
  }

  cellOf({ target }: MouseEvent): ICell | null {
    const token = Array.from(this.node.children).findIndex((child) => child.contains(target as Node));
    return token < 0 ? null : { row: 0, token };
  }

  reveal({ token }: ICell): void {
    this.node.children.item(token)?.scrollIntoView({ block: 'nearest' });
  }

  /** A token's weight is the length of the bar under its expert's number; a changed expert stands beside the one before. */
  private _paint({ visible, rows, describe }: ITokenStrip, token: number, colours: IColours): void {
    const [{ experts, weights, before }] = rows;
    const node = (this.node.children.item(token) ?? this._append(token)) as HTMLElement;
    const [text, then, now] = Array.from(node.children) as HTMLElement[];
    const expert = experts[token];
    const earlier = before?.[token] ?? expert;
    text.textContent = visible[token];
    now.textContent = label(expert);
    then.textContent = earlier === expert ? '' : label(earlier);
    then.hidden = earlier === expert;
    node.classList.toggle('jp-mod-changed', earlier !== expert);
    node.dataset.expert = String(expert);
    colour(node, expert, colours);
    colour(then, earlier, colours);
    node.style.setProperty('--jp-switchyard-token-weight', `${Math.round((weights[token] ?? 0) * 100)}%`);
    // Its name is what is seen, the token and its expert; this is the rest.
    node.setAttribute('aria-description', describe(0, token));
  }

  private _append(token: number): HTMLElement {
    const node = element(
      'span',
      { class: 'jp-switchyard-token', attributes: { role: 'option', id: `${this._id}-${token}` } },
      element('span'),
      element('s'),
      element('small')
    );
    this.node.append(node);
    return node;
  }

  private _id: string;
  private _strip?: ITokenStrip;
}

function label(expert: number): string {
  return expert < 0 ? '–' : String(expert);
}

function colour(node: HTMLElement, expert: number, colours: IColours): void {
  const { background, text } =
    expert < 0 ? { background: 'transparent', text: 'var(--jp-ui-font-color1)' } : expertColour(expert, colours);
  node.style.setProperty('--jp-switchyard-token', background);
  node.style.setProperty('--jp-switchyard-token-text', text);
}
