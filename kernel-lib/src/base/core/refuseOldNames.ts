import { fail } from './errors';

/**
 * Refuses options by names that they had before: left out in silence, `moe.layer({ numExperts: 8 })` would mean something else.
 *
 * @throws {SwitchyardError} where `options` has one of the old names; it names the new one.
 */
export function refuseOldNames(where: string, options: object, now: Readonly<Record<string, string>>): void {
  for (const [old, name] of Object.entries(now)) {
    if (old in options) {
      fail(where, `${old} is called ${name}`, (options as Record<string, unknown>)[old]);
    }
  }
}
