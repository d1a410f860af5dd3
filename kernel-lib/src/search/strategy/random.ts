import type { Draws } from '../space';
import { PointSearcher } from './pointSearcher';
import { strategies } from './strategy';
import type { Proposal, Strategy } from './strategy';

/** Random search: candidates drawn evenly, none twice. */
export function random(): Strategy {
  return { kind: 'random', options: {}, start: (setting, saved) => new RandomSearcher(setting, saved, null) };
}

class RandomSearcher extends PointSearcher<null> {
  tell(): void {
    // What was found makes no difference.
  }

  protected propose(next: Draws): Proposal {
    return { point: this.space.sample(next) };
  }
}

strategies.register('random', random);
