/** @file The choices of a search or a supernet with their numbers: importance, coverage. */
import type { ChoicesPayload } from '@switchyard/kernel-lib/protocol';
import { choiceOptions } from '../charts/choices/choiceOptions';
import { choiceValues } from '../charts/choices/choiceValues';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const choices: IKind<ChoicesPayload> = {
  tabs: (trans) => [
    {
      id: 'choices',
      label: trans.__('Choices'),
      pictures: [
        { id: 'choice-values', title: trans.__('What choices are worth'), chart: choiceValues },
        { id: 'choice-options', title: trans.__('Options of each choice'), chart: choiceOptions }
      ]
    }
  ],
  summary: (payload, context) => figureSummary(choiceValues(payload, context) ?? choiceOptions(payload, context))
};
