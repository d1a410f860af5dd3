/** @file What a panel shows: a widget that draws a payload. */
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext } from '../charts/figure';
import type { IExportable } from '../base/exporting';
import type { IView } from '../base/view';

/** A picture draws the newest payload it is given, or says that the payload has nothing for it. */
export interface IPicture extends Widget {
  /** Emits what the reader chose in the picture, for all pictures to follow. */
  readonly looked: ISignal<IPicture, Partial<IView>>;
  /** Draws in place of what was there. False where the payload has nothing for this picture. */
  draw(payload: Payload, context: IChartContext): boolean;
  /** Figure that is drawn now, to be saved; null where none is. */
  exported(): IExportable | null;
}
