/** Notebook 7, a document a page: Galata's page is JupyterLab's, this one is Playwright's own. */
import { galata } from '@jupyterlab/galata';
import type { APIRequestContext, Browser, Page } from '@playwright/test';
import { pageErrors } from './pageErrors';

export interface INotebook7 {
  page: Page;
  /** What went wrong in the page that does not go wrong there without this extension as well. */
  errors: () => string[];
  close(): Promise<void>;
}

export interface IOpening {
  browser: Browser;
  request: APIRequestContext;
  baseURL: string;
  /** The notebook's text, which is saved as a file until the page is closed. */
  text: string;
  /** Whether the notebook names a kernel. Default true. */
  kernel?: boolean;
}

/** Two errors of Notebook 7.6 itself. */
const NOT_OURS = [
  // Its registry tells of settings before it holds them.
  "TypeError: Cannot read properties of undefined (reading 'schema')",
  // On a slow machine its file browser is restored before it has its commands.
  "Error: Command 'filebrowser:open-path' not registered."
];

/** A page takes the kernel of the notebook of its name that was open before. */
let opened = 0;

export async function openNotebook7({ browser, request, baseURL, text, kernel = true }: IOpening): Promise<INotebook7> {
  const contents = galata.newContentsHelper(request);
  const name = `notebook7-${process.pid}-${opened++}.ipynb`;
  await contents.uploadContent(text, 'text', name);
  const page = await browser.newPage();
  const errors = pageErrors(page);
  await page.goto(`${baseURL}/notebooks/${name}`);
  if (kernel) {
    await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
  } else {
    await page.locator('.jp-Dialog').getByRole('button', { name: 'No Kernel' }).click();
  }
  return {
    page,
    errors: () => errors.filter((error) => !NOT_OURS.some((known) => error.startsWith(`uncaught: ${known}`))),
    close: async () => {
      await page.close();
      await shutDownKernel(request, baseURL, name);
      await contents.deleteFile(name);
    }
  };
}

/** That of the notebook: the server has those of other tests as well. */
async function shutDownKernel(request: APIRequestContext, baseURL: string, path: string): Promise<void> {
  const sessions = (await (await request.get(`${baseURL}/api/sessions`)).json()) as { id: string; path: string }[];
  const own = sessions.filter((session) => session.path === path);
  await Promise.all(own.map(({ id }) => request.delete(`${baseURL}/api/sessions/${id}`)));
}
