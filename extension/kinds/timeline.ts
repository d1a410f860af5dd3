/** @file What each device does when. */
import type { TimelinePayload } from '@switchyard/kernel-lib/protocol';
import { timeline as spans } from '../charts/timeline/timeline';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const timeline: IKind<TimelinePayload> = {
  tabs: (trans) => [
    {
      id: 'timeline',
      label: trans.__('Timeline'),
      pictures: [{ id: 'timeline', title: trans.__('What each device does'), chart: spans }]
    }
  ],
  summary: (payload, context) => figureSummary(spans(payload, context))
};
