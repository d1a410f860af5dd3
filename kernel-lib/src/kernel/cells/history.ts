import type { Content } from '../wire/message';

interface Entry {
  line: number;
  input: string;
  output: string | null;
}

/** Cells that were executed in this session. */
export class History {
  private readonly entries: Entry[] = [];

  add(line: number, input: string, output: string | null): void {
    this.entries.push({ line, input, output });
  }

  /** Answers a history_request. Every entry belongs to session 1. */
  reply(request: Content): Content {
    const found = this.select(request);
    const history = found.map(({ line, input, output }) => [
      1,
      line,
      request.output === true ? [input, output] : input
    ]);
    return { status: 'ok', history };
  }

  private select(request: Content): Entry[] {
    const limit = typeof request.n === 'number' ? request.n : Infinity;
    switch (request.hist_access_type) {
      case 'tail':
        return last(this.entries, limit);
      case 'range': {
        const start = typeof request.start === 'number' ? request.start : 1;
        const stop = typeof request.stop === 'number' ? request.stop : Infinity;
        // 0 is the session that runs; negative ones would be earlier sessions.
        const known = request.session === 0 || request.session === 1 || request.session === undefined;
        return known ? this.entries.filter(({ line }) => line >= start && line < stop) : [];
      }
      case 'search': {
        const matches = this.entries.filter(({ input }) => glob(String(request.pattern ?? '*')).test(input));
        return last(request.unique === true ? unique(matches) : matches, limit);
      }
      default:
        return [];
    }
  }
}

function last<T>(items: T[], n: number): T[] {
  return n >= items.length ? items : items.slice(items.length - n);
}

function unique(entries: Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [entry.input, entry])).values()];
}

function glob(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '[^]*')
    .replace(/\?/g, '[^]');
  return new RegExp(`^${source}$`);
}
