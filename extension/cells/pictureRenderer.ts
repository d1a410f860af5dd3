/** @file The picture of an object in a cell's output, drawn as an image: nothing in it runs, and it loads nothing. */
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import { PICTURE_MIME_TYPE } from '@switchyard/kernel-lib/protocol';
import { element } from '../base/dom';

/** A picture of ours is far below this; of a longer one, which some file brings, the text is shown. */
const MOST_CHARACTERS = 2_000_000;

export class PictureRenderer extends Widget implements IRenderMime.IRenderer {
  constructor() {
    super();
    this.addClass('jp-switchyard-ObjectPicture');
  }

  /** Draws the output's SVG; its text where it has none that can be drawn. Never rejects. */
  renderModel({ data }: IRenderMime.IMimeModel): Promise<void> {
    const [svg, text] = [lines(data['image/svg+xml']), lines(data['text/plain'])];
    const words = element('pre', { text });
    if (!isPicture(svg)) {
      this.node.replaceChildren(words);
      return Promise.resolve();
    }
    // Not a blob's address: opened in a page of its own that would be of this site.
    const src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    const image = element('img', { attributes: { src, alt: text } });
    image.onerror = () => image.replaceWith(words);
    this.node.replaceChildren(image);
    return Promise.resolve();
  }
}

/** Whether it is one SVG, of a usual size and without definitions of its own, by which a small one can become very large. */
function isPicture(svg: string): boolean {
  return svg.length <= MOST_CHARACTERS && /^<svg[\s>]/.test(svg) && !/<!(DOCTYPE|ENTITY)/i.test(svg);
}

/** Text of an output's form, which is saved as a string or a list of lines. */
function lines(form: unknown): string {
  return Array.isArray(form) ? form.join('') : typeof form === 'string' ? form : '';
}

/** Rank before SVG's own (90), which is for trusted notebooks alone. Safe: an image runs no script. */
export const pictureRendererFactory: IRenderMime.IRendererFactory = {
  safe: true,
  mimeTypes: [PICTURE_MIME_TYPE],
  defaultRank: 40,
  createRenderer: () => new PictureRenderer()
};
