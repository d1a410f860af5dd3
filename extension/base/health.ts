/** @file Health of a run: what has gone wrong with its layers, from limits that the reader sets, in words. */
import type { TranslationBundle } from '@jupyterlab/translation';

/** Limits of what is no longer well; shares, 0..1. */
export interface IHealthLimits {
  /**
   * Way from k experts in use to all E of them, of which a layer that is well has more than this left: 0 is all tokens at the
   * same k experts.
   */
  collapsed: number;
  /** Share of a layer's experts that received nothing, above which they are named. */
  dead: number;
  /** Share of a layer's choices that were dropped, above which it is named. */
  dropped: number;
}

/** Defaults of the settings. */
export const HEALTH_LIMITS: IHealthLimits = { collapsed: 0.1, dead: 0, dropped: 0.3 };

/** A finding: one thing that is wrong with one layer. */
export interface IFinding {
  what: 'collapsed' | 'dead' | 'dropped';
  /** Label of the layer. */
  layer: string;
  /** Of collapsed and dead experts how many are in use or dead, of dropped choices their share. */
  amount: number;
  /** Step that it has been so since; null where that is not known. */
  since: number | null;
}

/** Name of a finding among those of its run. */
export function findingKey({ what, layer }: IFinding): string {
  return `${what} ${layer}`;
}

/** All that is wrong in a line, for example "layer 3 collapsed since step 60; 4 dead experts"; empty where nothing is. */
export function healthLine(findings: readonly IFinding[], trans: TranslationBundle): string {
  const of = (what: IFinding['what']): IFinding[] => findings.filter((finding) => finding.what === what);
  return [collapsedWords(of('collapsed'), trans), deadWords(of('dead'), trans), droppedWords(of('dropped'), trans)]
    .filter(Boolean)
    .join('; ');
}

function collapsedWords(found: readonly IFinding[], trans: TranslationBundle): string {
  if (found.length === 0) {
    return '';
  }
  const [first] = found;
  return found.length === 1
    ? since(trans.__('layer %1 collapsed', first.layer), first, trans)
    : trans.__('%1 layers collapsed (%2)', found.length, found.map(({ layer }) => layer).join(', '));
}

function deadWords(found: readonly IFinding[], trans: TranslationBundle): string {
  const dead = found.reduce((sum, { amount }) => sum + amount, 0);
  return dead === 0 ? '' : trans._n('%1 dead expert', '%1 dead experts', dead);
}

function droppedWords(found: readonly IFinding[], trans: TranslationBundle): string {
  if (found.length === 0) {
    return '';
  }
  const most = found.reduce((worst, finding) => (finding.amount > worst.amount ? finding : worst));
  return trans.__('layer %1 drops %2 %', most.layer, (100 * most.amount).toFixed(0));
}

function since(words: string, { since: step }: IFinding, trans: TranslationBundle): string {
  return step === null ? words : trans.__('%1 since step %2', words, step);
}
