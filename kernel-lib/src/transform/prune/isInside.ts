import { matchesPath } from '../../base/core';
import type { Module } from '../../base/core';
import type { PruningGroup } from './groups';

/** Groups that layers hold inside, by name. */
export const INSIDE = ['**.hidden', '**.heads', '**.groups', '**.experts', '**.channels'];

/** Whether a group of a model is one that nobody outside counts on: what layers hold inside, and what they hand on to each other. */
export function isInside(model: Module): (group: PruningGroup) => boolean {
  const handedOn = new Set([...model.modules().values()].flatMap((module) => module.handedOn));
  return ({ name, axis }) => isNamed(INSIDE, name) || handedOn.has(axis);
}

/** Whether one of the patterns fits a group; those that share a name ("stages.channels#2") have it as well. */
export function isNamed(patterns: readonly string[], name: string): boolean {
  return matchesPath(patterns, name) || matchesPath(patterns, name.replace(/#\d+$/, ''));
}
