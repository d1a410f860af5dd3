/** axe-core, installed when a test first needs it, beside the project's own packages and not among them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = '4.14.0';
const FOLDER = join(__dirname, '../../../.switchyard/tools');

/** Path of the script. */
export function axeScript(): string {
  const script = join(FOLDER, `axe-${VERSION}/node_modules/axe-core/axe.min.js`);
  if (!existsSync(script)) {
    const prefix = join(FOLDER, `axe-${VERSION}`);
    mkdirSync(prefix, { recursive: true });
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
    execFileSync('npm', ['install', '--prefix', prefix, ...flags, `axe-core@${VERSION}`], {
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32'
    });
  }
  return script;
}
