import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const rows = fs
  .readFileSync(path.join(ROOT, 'SECURITY.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 6 && cells[3].startsWith('`'))
  .map(([, what, cannot, file, name]) => ({ what, cannot, file: file.slice(1, -1), name }));

describe('the table of SECURITY.md', () => {
  it('has rows', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(rows)('$what: $cannot', ({ file, name }) => {
    expect(name).not.toBe('');
    expect(fs.readFileSync(path.join(ROOT, file), 'utf8')).toContain(name);
  });
});
