/** What the text of the notebooks names is there: in the panel of the saved run that it speaks of, and on the page. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { cellOf, MIME, panelOf } from './support/notebook';

const FOLDER = join(__dirname, '../../notebooks');

interface ICell {
  cell_type: string;
  source: string[];
  outputs?: { data?: Record<string, unknown> }[];
}

function cellsOf(name: string): ICell[] {
  return (JSON.parse(readFileSync(join(FOLDER, `${name}.ipynb`), 'utf8')) as { cells: ICell[] }).cells;
}

/** The first words of figures in view, and of their captions: what names a picture must be there. */
async function shows(panel: Locator, tab: string, ...pictures: (string | RegExp)[]): Promise<void> {
  await panel.getByRole('tab', { name: tab, exact: true }).click();
  for (const words of pictures) {
    await expect(panel.locator('figure:visible').filter({ hasText: words }).first()).toBeVisible();
  }
}

/** Rows and columns of the panel's first picture, as its axes have them. */
async function firstPicture(panel: Locator): Promise<void> {
  const picture = panel.locator('figure:visible').first();
  await expect(picture.locator('.g-xtitle')).toContainText('expert');
  await expect(picture.locator('.g-ytitle')).toContainText('layer');
}

interface IClaim {
  notebook: string;
  /** Words of the text. */
  says: string;
  /** Index of the cell after the text whose run is meant, counted among those that show one. */
  run: number;
  holds: (panel: Locator, page: IJupyterLabPageFixture) => Promise<void>;
}

/** Every sentence of a notebook that names a part of a panel, or of the page. */
const CLAIMS: IClaim[] = [
  {
    notebook: 'quickstart',
    says: 'The rows of its first picture are layers, the columns experts',
    run: 0,
    holds: (panel) => firstPicture(panel)
  },
  {
    notebook: 'quickstart',
    says: 'The tabs of the panel:',
    run: 0,
    holds: async (panel) => {
      await shows(panel, 'Load', 'entropy', 'MaxVio');
      await shows(panel, 'Tokens', 'Tokens, coloured by expert');
      await shows(panel, 'Scalars', /loss/, /MaxVio/, /entropy/);
    }
  },
  {
    notebook: 'quickstart',
    says: 'Watch the first picture: what is ahead at the start',
    run: 0,
    holds: (panel) => firstPicture(panel)
  },
  {
    notebook: 'quickstart',
    says: 'The interrupt button stops a training',
    run: 0,
    holds: async (_, page) => {
      const button = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) [data-jp-item-name="interrupt"]');
      await expect(button).toBeVisible();
    }
  },
  {
    notebook: 'adapters',
    says: 'the pictures by domain say who gets which language',
    run: 0,
    holds: async (panel) => {
      await shows(panel, 'Experts', 'What experts are for');
      const labels = panel.locator('[data-picture="specialisation"] .ytick text');
      await expect(labels).toHaveText(['python', 'typescript', 'json']);
    }
  },
  {
    notebook: 'python-kernel',
    says: 'which tokens, and which classes of tokens, each expert is sent',
    run: 0,
    holds: async (panel) => {
      await shows(panel, 'Experts', 'What experts are for', 'Most frequent tokens of an expert');
      const by = panel.locator('[data-picture="specialisation"]').getByRole('combobox').first();
      await by.selectOption({ label: 'class of tokens' });
    }
  },
  {
    notebook: 'search',
    says: 'The panel of trials moves beside the cell',
    run: 0,
    holds: (panel) => shows(panel, 'Trials', 'Each trial, and the best so far')
  }
];

/** Index of the cell that the claim speaks of. */
function cellOfClaim({ notebook, says, run }: IClaim): number {
  const cells = cellsOf(notebook);
  const text = cells.findIndex(({ source }) => source.join('').replace(/\n/g, ' ').includes(says));
  expect(text, `${notebook} says “${says}”`).toBeGreaterThanOrEqual(0);
  const runs = cells.flatMap(({ outputs = [] }, i) => (outputs.some(({ data = {} }) => MIME in data) ? [i] : []));
  return runs.filter((i) => i > text)[run] ?? runs[runs.length - 1];
}

for (const notebook of new Set(CLAIMS.map((claim) => claim.notebook))) {
  test(`what ${notebook} says of the panels`, async ({ page, tmpPath }) => {
    const file = `${notebook}.ipynb`;
    await page.contents.uploadFile(join(FOLDER, file), `${tmpPath}/${file}`);
    await page.notebook.openByPath(`${tmpPath}/${file}`);
    await page.notebook.activate(file);
    for (const claim of CLAIMS.filter((each) => each.notebook === notebook)) {
      await test.step(claim.says, async () => {
        const cell = cellOfClaim(claim);
        await page.notebook.selectCells(cell);
        if ((await panelOf(page, cell).count()) === 0) {
          await cellOf(page, cell).getByRole('button', { name: 'Show beside the cell' }).first().click();
        }
        // As it opens.
        await panelOf(page, cell).getByRole('tab').first().click();
        await claim.holds(panelOf(page, cell), page);
      });
    }
  });
}

test('no sentence about the panels is left out', () => {
  const names = readdirSync(FOLDER).flatMap((file) => (file.endsWith('.ipynb') ? [file.replace('.ipynb', '')] : []));
  // “a picture” and “the output” are what the cell itself makes.
  const parts = /\b(panel|sidebar|tab|tabs|button|slider|first picture|pictures by)\b/;
  const sentences = names.flatMap((notebook) =>
    cellsOf(notebook)
      .filter(({ cell_type }) => cell_type === 'markdown')
      .flatMap(
        ({ source }) =>
          source
            .join('')
            .replace(/\n/g, ' ')
            .match(/[^.;]+[.;]?/g) ?? []
      )
      .filter((sentence) => parts.test(sentence))
      .map((sentence) => ({ notebook, sentence: sentence.trim() }))
  );
  const known = (notebook: string, sentence: string): boolean =>
    CLAIMS.some((claim) => claim.notebook === notebook && sentence.includes(claim.says)) ||
    OPENS.some((words) => sentence.includes(words));
  expect(sentences.filter(({ notebook, sentence }) => !known(notebook, sentence))).toEqual([]);
});

/** Sentences that say only that a panel opens or moves beside its cell, which every training's test sees. */
const OPENS = [
  'The panel of the third cell moves while it trains',
  'The panels are not bound to TypeScript',
  'with the extension it opens the panel beside the cell',
  'With a tokenizer the panel also shows',
  'so the panel watches them'
];
