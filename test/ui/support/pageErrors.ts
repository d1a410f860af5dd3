import type { Page } from '@playwright/test';

/** What went wrong in a page, as it comes: uncaught errors, and what was written to its console as an error. */
export function pageErrors(page: Pick<Page, 'on'>): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // The server answers that a file or a setting is not there yet: the browser calls each an error of its own.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      errors.push(`console: ${message.text()}`);
    }
  });
  return errors;
}

/** Errors that no code of the page caught. */
export function uncaught(errors: readonly string[]): string[] {
  return errors.filter((error) => error.startsWith('uncaught'));
}
