/** @file What pruning keeps of each parameter, and what it saves. */
import type { MasksPayload } from '@switchyard/kernel-lib/protocol';
import { groupLabels } from '../charts/masks/groupLabels';
import { masksCost } from '../charts/masks/masksCost';
import { masksGrid } from '../charts/masks/masksGrid';
import { masksKept } from '../charts/masks/masksKept';
import { masksParts } from '../charts/masks/masksParts';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const masks: IKind<MasksPayload> = {
  tabs: (trans) => [
    {
      id: 'masks',
      label: trans.__('Masks'),
      pictures: [
        { id: 'masks-kept', title: trans.__('Kept of each group'), chart: masksKept },
        { id: 'masks-parts', title: trans.__('Kept by layer and part'), chart: masksParts },
        { id: 'masks-grid', title: trans.__('Where one group is kept'), chart: masksGrid },
        { id: 'masks-cost', title: trans.__('Before and after'), chart: masksCost }
      ]
    }
  ],
  summary: (payload, context) => figureSummary(masksKept(payload, context), masksCost(payload, context)?.table),
  layers: groupLabels
};
