import { axesOf, expectInteger, expectOneOf, fail, matchesPath } from '../../base/core';
import type { Module } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import { Mlp } from '../../models/mlp';
import { Resnet } from '../../models/vision/resnet';
import type { TransformReport } from '../moe/report';
import { deepen } from './deepen';
import { widen } from './widen';

/** Something that makes a network larger without a change of what it computes; "stay" does nothing. */
export interface GrowthAction {
  action: 'widen' | 'deepen' | 'stay';
  /** Which of the places where that can be done, counted round from 0. Default 0. */
  place?: number;
}

/** Options of `elastic.grow`. */
export interface GrowOptions {
  /** Axes that may be widened, by patterns of their names. Default: hidden units and channels. */
  axes?: readonly string[];
  /** How many times as large an axis becomes. Default 2. */
  factor?: number;
  /** Seed of the shares of copies. Default 0. */
  seed?: number;
}

export interface GrowReport extends TransformReport {
  /** Actions that were done, in order: "widen hidden#2", "deepen 1". */
  done: string[];
}

const WHERE = 'elastic.grow';
const AXES = ['hidden', '**.hidden', 'channels', '**.channels'];

/**
 * A larger network by a list of actions, each by {@link widen} or {@link deepen} (the actions of arXiv 1707.04873): it has the weights of the one given and computes the same, so that it trains on from there.
 *
 * @throws {SwitchyardError} where an action is unknown, or the network has no place for it.
 */
export function grow<M extends Module>(
  model: M,
  actions: readonly GrowthAction[],
  { axes = AXES, factor = 2, seed = 0 }: GrowOptions = {}
): { model: M; report: GrowReport } {
  expectInteger(WHERE, 'factor', factor, 2);
  actions.forEach(({ action, place = 0 }) => {
    expectOneOf(WHERE, 'actions', action, ['widen', 'deepen', 'stay']);
    expectInteger(WHERE, 'place', place, 0);
  });
  const done: string[] = [];
  let grown: M = copyModel(model);
  actions.forEach(({ action, place = 0 }, i) => {
    if (action === 'stay') {
      return;
    }
    const before = grown;
    try {
      const at = pick(action, action === 'widen' ? widenable(before, axes) : deepenable(before), place);
      grown = action === 'deepen' ? deepen(before, { after: at }).model : wider(before, at, factor, seed + i);
      done.push(`${action} ${at}`);
    } finally {
      before.dispose();
    }
  });
  const parameters = { before: model.countParameters(), after: grown.countParameters() };
  return { model: grown, report: { transformation: 'grow', parameters, done } };
}

function wider<M extends Module>(model: M, name: string, factor: number, seed: number): M {
  return widen(model, { sizes: { [name]: factor * axesOf(model).get(name)!.axis.size }, seed }).model;
}

function pick(action: string, places: readonly string[], place: number): string {
  return places.length > 0
    ? places[place % places.length]
    : fail(WHERE, `the model must have a place to ${action}`, 'none');
}

function widenable(model: Module, patterns: readonly string[]): string[] {
  return [...axesOf(model)]
    .filter(([name, { axis }]) => axis.pinned === null && matchesPath(patterns, name.replace(/#\d+$/, '')))
    .map(([name]) => name);
}

function deepenable(model: Module): string[] {
  const modules = model.modules();
  if (model instanceof Mlp) {
    return model.options.hidden.map((_, i) => `${i}`);
  }
  const stack = model instanceof Resnet ? 'stages' : 'layers';
  return [...(modules.get(stack)?.children.keys() ?? [])].map((name) => `${stack}.${name}`);
}
