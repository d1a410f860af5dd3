/** axe-core, installed when a test first needs it, beside the project's own packages and not among them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

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

/** What axe finds wrong in the elements that a selector finds, a line each. */
export async function violations(page: Pick<Page, 'addScriptTag' | 'evaluate'>, selector: string): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) {
    await page.addScriptTag({ path: axeScript() });
  }
  return page.evaluate(async (selector) => {
    const { axe } = window as unknown as { axe: { run(root: Element[]): Promise<{ violations: IViolation[] }> } };
    const found = await axe.run([...document.querySelectorAll(selector)]);
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`.slice(0, 800));
  }, selector);
}

interface IViolation {
  id: string;
  nodes: { html: string }[];
}
