import type { Said } from './prose';

const set = 'a setting';
const interval = 'the level of all intervals';

/** Numbers that are printed, tied to where they stand: others like them are printed as well, and would do for a wrong digit. */
const printedAs = (says: string, ...numbers: string[]): Said => ({
  ...{ says, because: 'as it is printed', are: (printed) => numbers.map(printed) }
});

/** Numbers in the prose of the shipped notebooks that no output of their section prints, or that another might stand for, by notebook. */
export const SAID: Record<string, Said[]> = {
  'adapters.ipynb': [
    { says: 'two blocks of width 48', because: set },
    { says: ', rank 2, 8, 12', because: set },
    { says: '4 of 8 ranks', because: set },
    { says: '4 matrices of 8 x 8', because: set },
    { says: 'its 95 % interval', because: interval },
    { says: '5 to 25 % more values', because: 'of networks and adapters against one adapter of rank 8', are: (printed) => ['8064', '9600'].map((values) => 100 * (printed(values) / printed('7680') - 1)) }, // prettier-ignore
    { says: '150 steps too few and a model of width 48', because: set },
    { says: '2 of 4 adapters of rank 2', because: set },
    { says: '2 of 4 adapted feed-forward networks', because: set },
    { says: 'a mixture of 4 adapters of rank 2', because: set },
    { says: 'one adapter of rank 8, with', because: 'the name of a row' },
    { says: 'as rank 8 and is not', because: 'the name of a row' },
    { says: 'ahead of rank 8 by', because: 'the name of a row' },
    { says: 'behind rank 8 although', because: 'the name of a row' },
    { says: 'one adapter of rank 2. Against one adapter of rank 2 for all', because: set }
  ],
  'adaptive-depth.ipynb': [
    { says: 'width 48', because: set },
    { says: '95 % intervals', because: interval },
    { says: 'all 27 paths', because: 'three choices in each of three blocks' },
    { says: 'luck with 27 tries', because: 'three choices in each of three blocks' },
    { says: 'the budget is 1.5', because: 'half of three' },
    { says: 'first big call: 0.114 nats, and 0.016 from the two after', because: 'differences of what is printed', are: (printed) => [printed('2.316') - printed('2.202'), printed('2.202') - printed('2.186')] }, // prettier-ignore
    { says: 'big networks everywhere are 0.011 nats better', because: 'a difference of what is printed', are: (printed) => [printed('2.445') - printed('2.434')] }, // prettier-ignore
    { says: 'already 0.129 better', because: 'a difference of what is printed', are: (printed) => [printed('2.445') - printed('2.316')] }, // prettier-ignore
    { says: 'a byte has 6,561 paths', because: 'three choices in each of eight blocks' },
    { says: 'of 6,561 paths', because: 'three choices in each of eight blocks' },
    { says: 'seen 200 steps', because: set },
    printedAs('0.9 to 1.9 of three big calls', '0.86', '1.86'),
    { says: 'at most 0, 1, 2, 3 big calls', because: set },
    {
      says: 'domains lie within 0.010 nats',
      because: 'the greatest difference of what is printed, in hundredths',
      are: (printed) => [
        Math.ceil(100 * Math.max(printed('0.136') - printed('0.127'), printed('0.135') - printed('0.126'))) / 100
      ]
    },
    printedAs('in any block (0.005 to 0.026 nats)', '0.005', '0.026'),
    printedAs('only 38 bytes', '38'),
    printedAs('± 11 and ± 39 points', '11.4', '38.9'),
    { says: 'in 11 s on two busy', because: 'a figure of the bench' }
  ],
  'compress-real-model.ipynb': [
    { says: 'two sequences of 256 tokens each', because: set },
    { says: 'twelve sequences of 256 tokens', because: set },
    { says: 'LoRA of rank 8', because: set },
    { says: 'is of 4 bits already, in blocks of 32 values', because: 'the format of the file, Q4_1' },
    { says: 'after 24 steps of LoRA', because: set },
    { says: 'cost 0.66 and save 7 MB', because: 'differences of what is printed', are: (printed) => [printed('9.78') - printed('9.12'), printed('538') - printed('531')] } // prettier-ignore
  ],
  'elastic.ipynb': [
    { says: 'with 95 % intervals', because: interval },
    { says: 'ahead of that slice by 0.002 nats', because: 'a difference of what is printed', are: (printed) => [printed('2.535') - printed('2.533')] }, // prettier-ignore
    printedAs('by 0.04 to 0.09 nats', '0.038', '0.088')
  ],
  'graph-experts.ipynb': [
    { says: 'intervals are of 95 %', because: interval },
    {
      says: '400 nodes whose 800 edges join the same class, and 1,200 edges',
      because: 'N of the notebook, twice and three times'
    },
    { says: 'of 400 nodes, with 200 steps', because: set }
  ],
  'first-steps.ipynb': [{ says: 'tolerance of 5 %', because: 'it stands in the metadata of the notebook' }],
  'pruning.ipynb': [
    { says: '1,797 pictures', because: 'the size of a set that is known' },
    { says: 'a block of width 512 with 2,048 hidden neurons', because: set },
    { says: 'pictures of 8 x 8 pixels', because: 'the size of a picture of a set that is known' },
    printedAs('at 2 % both lose', '2'),
    printedAs('with 1.6 % by 10', '1.6', '10.08'),
    printedAs('loses 2.5, 7.7 and 32.5 points', '2.45', '7.69', '32.53'),
    printedAs('(1.4 % left in the third block)', '1.4'),
    printedAs('2.750 and 2.670', '2.750', '2.670'),
    { says: 'values that are not 0 in compressed rows', because: 'no figure of a run' },
    { says: '256 rows times a matrix of 1,024 x 1,024', because: set },
    printedAs('(100 to 116 % of the time)', '100', '116'),
    printedAs('2.29, 3.75 and 5.72 times at 90, 95 and 99 %', '2.29', '3.75', '5.72', '90', '95', '99'),
    printedAs('between 6 and 18 %', '6.3', '18.2'),
    printedAs('between 21 and 30 %', '21.2', '29.7')
  ],
  'quickstart.ipynb': [
    { says: 'with 16 experts', because: set },
    { says: 'A fair share is 1/16', because: 'of sixteen experts' },
    { says: 'the entropy is 1 at the start', because: 'what an even choice has' },
    { says: '200 times', because: 'the default of the recorder' },
    { says: 'by 0.06 to 0.12 nats a byte', because: 'the least and the greatest difference of what is printed', are: (printed) => [printed('1.9129') - printed('1.8536'), printed('1.9233') - printed('1.7996')] } // prettier-ignore
  ],
  'real-model.ipynb': [
    { says: '135 million values', because: 'the size that the model is known by' },
    { says: 'has 1,536 hidden neurons', because: 'the size of the model' },
    { says: 'the 192 that fire most often', because: 'two of sixteen parts of 1,536 neurons' },
    { says: 'fourteen experts of 96', because: 'a sixteenth of 1,536 neurons' },
    { says: '2.7 times its fair share', because: 'the largest load of the last layer, times its fourteen experts', are: (_printed, panel) => [14 * Math.max(...panel('SmolLM2, carved: four').layers.at(-1)!.load)] }, // prettier-ignore
    { says: 'at most 2.3 % of the domain', because: 'a share that is printed as such', are: (printed) => [100 * printed('0.023')] } // prettier-ignore
  ],
  'rewiring.ipynb': [
    { says: 'intervals are of 95 %', because: interval },
    { says: 'at least 600 off the resistance of 1,668', because: 'the least that is taken, in hundreds', are: (printed) => [100 * Math.floor((printed('1668') - Math.max(printed('941'), printed('879'), printed('1023'), printed('657'))) / 100), printed('1668')] }, // prettier-ignore
    { says: 'where chance is 25 %', because: 'one of four signs' },
    { says: 'eight edges, 150 steps', because: set },
    printedAs('(519 against 87)', '519', '87'),
    printedAs('(0 of 8)', '0', '8'),
    printedAs('for 4 of 8 edges', '4', '8')
  ],
  'routers.ipynb': [
    { says: 'after 300 steps of a model', because: set },
    { says: 'After 300 steps such a model', because: set },
    printedAs('(0.047 nats, of three seeds', '0.047'),
    printedAs('takes 1.47', '1.47'),
    printedAs('takes 2.60', '2.60'),
    printedAs('(1.02)', '1.02')
  ],
  'search.ipynb': [
    { says: 'goes on to 15 and 45', because: 'three and nine times five steps' },
    { says: 'trains 5 steps', because: set }
  ],
  'upcycle-carve-merge.ipynb': [
    { says: 'chosen experts sum to 1', because: 'how they are made' },
    { says: 'each chosen part has weight 1', because: 'how they are made' },
    { says: 'the exact copies end 0.03 nats a byte below', because: 'a difference of what is printed', are: (printed) => [printed('2.1353') - printed('2.1083')] }, // prettier-ignore
    { says: 'begin 0.20 higher', because: 'a difference of what is printed', are: (printed) => [printed('2.3636') - printed('2.1665')] }, // prettier-ignore
    { says: '256 hidden neurons into eight parts of 32', because: set },
    { says: 'one part gets 1.3 times its fair share in the first layer and 1.5 times in the second', because: 'MaxVio and one', are: (printed) => [1 + printed('0.295'), 1 + printed('0.490')] }, // prettier-ignore
    { says: 'to 1.5 and 1.7 times the fair share', because: 'MaxVio and one', are: (printed) => [1 + printed('0.538'), 1 + printed('0.673')] }, // prettier-ignore
    { says: 'pruning is ahead by 0.003 to 0.008', because: 'the least and the greatest difference of what is printed', are: (printed) => [printed('2.2510') - printed('2.2482'), printed('2.1707') - printed('2.1627')] }, // prettier-ignore
    { says: 'the full rank of 64 costs another 0.04 nats a byte, an eighth of it 0.29, and 0.51 without', because: 'the width, and differences of what is printed', are: (printed) => [64, ...['2.2468', '2.4924', '2.7118'].map((loss) => printed(loss) - printed('2.2060'))] }, // prettier-ignore
    printedAs('from 2.47 to 2.22', '2.4700', '2.2191')
  ],
  'vision-routers.ipynb': [
    { says: '95 % intervals over seeds', because: interval },
    { says: "Student's t over seeds, 95 %", because: interval },
    { says: 'guessing finds 12.5 %', because: 'one of eight classes' },
    { says: 'without attention, 180 steps', because: set },
    { says: 'in its place and 300 steps', because: 'a setting of a run whose figures are not given' },
    { says: '8 x 8 patches of 4 x 4 pixels', because: set },
    { says: 'object of 2 x 2 patches', because: set },
    { says: 'takes the 8 patches of an image', because: set },
    { says: 'works on 8 rows', because: set },
    printedAs('by 19 points each', '18.8'),
    { says: 'takes 8 patches', because: set },
    printedAs('in tokens 8, 9, 16 and 17', '8', '9', '16', '17'),
    { says: 'weights are at 8, 9 and 16', because: 'as the picture shows' }
  ]
};
