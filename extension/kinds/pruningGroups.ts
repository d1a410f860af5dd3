/** @file Groups of a model that are pruned together. */
import type { PruningGroupsPayload } from '@switchyard/kernel-lib/protocol';
import { pruningGroups as graph } from '../charts/pruningGroups/pruningGroups';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const pruningGroups: IKind<PruningGroupsPayload> = {
  tabs: (trans) => [
    {
      id: 'groups',
      label: trans.__('Groups'),
      pictures: [{ id: 'pruning-groups', title: trans.__('Modules that share an axis'), chart: graph }]
    }
  ],
  summary: (payload, context) => figureSummary(graph(payload, context))
};
