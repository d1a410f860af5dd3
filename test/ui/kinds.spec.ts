import { expect, test } from '@jupyterlab/galata';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { KIND_EXAMPLES } from '../support/kindExamples';
import { drawn, example as saved, onShareScale, openNotebook, panelOf } from './support/notebook';

type Kind = Payload['kind'];

function example<K extends Kind>(name: K): Extract<Payload, { kind: K }> {
  return saved(name) as Extract<Payload, { kind: K }>;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
interface IExpected {
  tab: string;
  picture: string;
  trace: number;
  numbers: Record<string, unknown>;
}

/** What the real panel must hold, from the payload alone: picture, index of the trace, and its numbers. */
const EXPECTED: Record<(typeof KIND_EXAMPLES)[number], IExpected[]> = {
  'depth-usage': (() => {
    const { usage, tokens, modules } = example('depth-usage').data;
    return [
      {
        tab: 'Depth',
        picture: 'depth-usage',
        trace: 1,
        numbers: { name: modules[1], x: usage.map((row) => row[1]) }
      },
      { tab: 'Depth', picture: 'depth-tokens', trace: modules.length, numbers: { z: tokens!.executed } }
    ];
  })(),
  'router-confidence': (() => {
    const { layers, edges } = example('router-confidence').data;
    return [
      {
        tab: 'Confidence',
        picture: 'confidence-by-layer',
        trace: 0,
        // Shares stand on a scale of square roots.
        numbers: { x: edges, z: layers.map(({ tokens }) => tokens.map(onShareScale)) }
      },
      { tab: 'Confidence', picture: 'confidence-agreement', trace: 2, numbers: { y: layers[0].agreement } }
    ];
  })(),
  masks: (() => {
    const { groups } = example('masks').data;
    return [
      { tab: 'Masks', picture: 'masks-kept', trace: 1, numbers: { x: groups.map(({ kept }) => kept) } },
      {
        tab: 'Masks',
        picture: 'masks-parts',
        trace: 0,
        numbers: { z: groups.flatMap(({ parts }) => (parts?.of === 'heads' ? [parts.kept.map(onShareScale)] : [])) }
      },
      { tab: 'Masks', picture: 'masks-grid', trace: 0, numbers: { z: groups[0].grid } }
    ];
  })(),
  'merge-tree': [
    { tab: 'Merges', picture: 'merge-tree', trace: -1, numbers: { x: range(8).map(() => 0), y: range(8) } }
  ],
  pareto: (() => {
    const { points, front } = example('pareto').data;
    return [
      { tab: 'Front', picture: 'pareto', trace: 0, numbers: { y: front.map((i) => points[i].y) } },
      { tab: 'Front', picture: 'pareto', trace: -3, numbers: { x: points.slice(0, 60).map(({ x }) => x) } }
    ];
  })(),
  'graph-rewiring': (() => {
    const { nodes } = example('graph-rewiring').data;
    const right = nodes.filter((node) => node.class === 1);
    return [
      {
        tab: 'Rewiring',
        picture: 'graph-rewiring',
        trace: -1,
        numbers: { name: 'right', x: right.map(({ x }) => x), y: right.map(({ y }) => y) }
      },
      {
        tab: 'Rewiring',
        picture: 'graph-sensitivity',
        trace: 2,
        numbers: { x: [nodes[12].x], y: [nodes[12].y] }
      },
      {
        tab: 'Rewiring',
        picture: 'sensitivity-distance',
        trace: 1,
        numbers: { x: [0, 1, 2, 3, 4, 5] }
      }
    ];
  })(),
  timeline: (() => {
    const sends = example('timeline').data.spans.filter(({ activity }) => activity === 1);
    return [
      {
        tab: 'Timeline',
        picture: 'timeline',
        trace: 2,
        numbers: { name: 'all-to-all', y: sends.map(({ device }) => device) }
      }
    ];
  })(),
  choices: [
    {
      tab: 'Choices',
      picture: 'choice-values',
      trace: 0,
      numbers: { x: example('choices').data.choices.map(({ value }) => value) }
    }
  ],
  trial: (() => {
    const { trials, best } = example('trial').data;
    const pruned = trials.filter(({ state }) => state === 'pruned');
    return [
      {
        tab: 'Trials',
        picture: 'trial-values',
        trace: 2,
        numbers: { name: 'pruned', y: pruned.map(({ values }) => values[0]) }
      },
      { tab: 'Trials', picture: 'trial-steps', trace: -1, numbers: { y: trials[best[0]].intermediate.values } },
      { tab: 'Trials', picture: 'trial-rungs', trace: -1, numbers: { name: 'promoted', x: [0, 0, 0] } },
      { tab: 'Candidates', picture: 'trial-architecture', trace: 1, numbers: { y: [-0, -1, -2, -2, -3, -4] } }
    ];
  })(),
  'layer-amounts': (() => {
    const { amounts, steps, scalars } = example('layer-amounts').data;
    return [
      {
        tab: 'Layers',
        picture: 'amounts-over-steps',
        trace: 0,
        numbers: { x: steps, z: amounts.map((row) => row.map((share) => onShareScale(share!))) }
      },
      { tab: 'Layers', picture: 'amounts-scalars', trace: 0, numbers: { y: scalars['loss/train'] } },
      { tab: 'Layers', picture: 'amounts-by-layer', trace: 1, numbers: { x: amounts.map((row) => row.at(-1)) } }
    ];
  })(),
  'pruning-groups': (() => {
    const { column, members } = example('pruning-groups').data.groups[1];
    const numbers = { x: members.map(() => column), y: members.map(({ module }) => module) };
    return [{ tab: 'Groups', picture: 'pruning-groups', trace: -4, numbers }];
  })()
};

for (const kind of KIND_EXAMPLES) {
  test(`${kind}, sent from a Python cell, draws its numbers in the panel and says them in the output`, async ({
    page,
    tmpPath
  }) => {
    await openNotebook(page, tmpPath, [`import replay; replay.show(replay.example("${kind}"))`]);
    await page.notebook.runCell(0);
    const output = page.locator('.jp-switchyard-Summary');
    // A run that is over does not open its panel by itself.
    await output.getByRole('button', { name: 'Show beside the cell' }).click();
    const panel = panelOf(page);
    await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
    await expect(panel.getByRole('tab').first()).toHaveText(EXPECTED[kind][0].tab);
    for (const { tab, picture, trace, numbers } of EXPECTED[kind]) {
      await panel.getByRole('tab', { name: tab, exact: true }).click();
      await expect.poll(async () => (await drawn(panel, picture)).at(trace)).toMatchObject(numbers);
      await expect(panel.locator(`[data-picture="${picture}"] .jp-switchyard-plot`)).toHaveAttribute(
        'aria-label',
        /\w{3}/
      );
    }
    await expect(output).toContainText(example(kind).source.title);
    await expect(output.locator('p')).not.toBeEmpty();
  });
}

test('the layer chosen in the header, or clicked, is the one in view', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, ['import replay; replay.show(replay.example("router-confidence"))']);
  await page.notebook.runCell(0);
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  const panel = panelOf(page);
  const { layers } = example('router-confidence').data;
  const agreement = async () => (await drawn(panel, 'confidence-agreement')).at(2)?.y;
  await expect.poll(agreement).toEqual(layers[0].agreement);
  const layer = panel.getByRole('combobox', { name: 'Layer' });
  await expect(layer.locator('option')).toHaveText(['0', '1', '2', '3']);
  await layer.selectOption('2');
  await expect.poll(agreement).toEqual(layers[2].agreement);
  const plot = panel.locator('[data-picture="confidence-by-layer"] .nsewdrag').first();
  const box = (await plot.boundingBox())!;
  // The fourth of four rows, away from the marks of the means.
  await plot.click({ position: { x: box.width * 0.3, y: box.height * 0.88 } });
  await expect(layer).toHaveValue('3');
  await expect.poll(agreement).toEqual(layers[3].agreement);
});
