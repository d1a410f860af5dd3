import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TENSORFLOW = {
  group: ['@tensorflow/*'],
  message: 'Take `tf` from "base/backend": it loads the native library first.'
};

/** The library's floors, lowest first; a file takes from its own floor and from those below. Base has floors of its own. */
const FLOORS = ['protocol', 'base', 'nn', 'models', 'transform', 'train', 'study', 'search', 'environment', 'show'];
const BASE_FLOORS = ['backend', 'core', 'graph', 'ops', 'math', 'topology', 'io'];
const NN_FLOORS = ['layers', 'graph', 'routers', 'experts', 'moe', 'adaptive'];
const SEARCH_FLOORS = ['space', 'proxies', 'strategy', 'evaluator', 'executor', 'storage', 'studies', 'elastic'];
const NOT_ABOVE = 'Imports point down only: what a lower floor must know of a higher one it declares itself.';
const TOP = ['namespaces', 'systems', 'kernel'];
/** One rule a floor: nothing of those above it, whose folders `up` leads to. */
const floorRules = (floors, folder, up, always = []) =>
  floors.map((floor, i) => {
    const above = [...floors.slice(i + 1), ...always];
    return {
      files: [`kernel-lib/src/${folder}${floor}/**/*.ts`],
      above: above.length === 0 ? [] : [{ regex: `^${up}(${above.join('|')})(/|$)`, message: NOT_ABOVE }]
    };
  });
const WHOLE = floorRules(FLOORS, '', '(\\.\\./)+', TOP);
const WITHIN = [
  ...floorRules(BASE_FLOORS, 'base/', '\\.\\./'),
  ...floorRules(NN_FLOORS, 'nn/', '\\.\\./'),
  ...floorRules(SEARCH_FLOORS, 'search/', '\\.\\./')
];
/** Of a floor of a floor: what is above it inside, and what is above the whole. */
const nested = WITHIN.map(({ files, above }) => {
  const outer = WHOLE.find((each) => files[0].startsWith(each.files[0].replace('/**/*.ts', '/')));
  return { files, above: [...above, ...outer.above] };
});
/** The extension's floors, lowest first. */
const EXTENSION_FLOORS = ['base', 'charts', 'kinds', 'control', 'panels', 'status', 'cells', 'sidebar'];
const OF_EXTENSION = [
  { group: ['@tensorflow/*'], message: 'The extension draws; it does not compute.' },
  {
    regex: '^@switchyard/kernel-lib(?!/protocol$)',
    message: 'The extension may import "@switchyard/kernel-lib/protocol" only.'
  }
];
/** What protocol may import: only what is beside it, or where `up` leads. */
const ofProtocol = (up) => ({
  regex: `^(?!\\./|${up})`,
  message: 'protocol imports nothing: the browser loads it too.'
});
/** What the launcher, which starts before the library is there, may take of it; `up` leads out of its folder. */
const ofLauncher = (up) => ({
  regex: `^${up}(?!base/backend/environment$|base/core/(comms|errors|host|mimeBundle)$)`,
  message: 'The launcher loads nothing of the library but files that load nothing themselves.'
});

export default defineConfig(
  globalIgnores([
    '**/node_modules/',
    '**/dist/',
    'lib/',
    '.venv/',
    '.switchyard/',
    'extension/jupyterlab_switchyard/',
    'test-results/',
    'playwright-report/',
    '**/*.d.ts',
    '**/*.d.mts'
  ]),
  {
    files: ['**/*.{ts,tsx}', 'kernel-lib/{bin,native}/**/*.js'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'kernel-lib/tsconfig.json',
          'kernel-lib/bin/tsconfig.json',
          'extension/tsconfig.json',
          'test/tsconfig.json'
        ],
        tsconfigRootDir: import.meta.dirname
      }
    },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': ['error', { allow: ['warn', 'error'] }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { disallowTypeAnnotations: false, fixStyle: 'inline-type-imports' }
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }
      ],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true, boolean: true } }],
      // `a[i]` and `record[key]` may be undefined although their types say no; a check of them is not unnecessary.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `x && x.y` keeps null, `x?.y` makes it undefined.
      '@typescript-eslint/prefer-optional-chain': 'off',
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // JSON.parse and Object.fromEntries give `any`, and the next line says what it is.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      // Lumino's signals take the method and `this` apart.
      '@typescript-eslint/unbound-method': 'off',
      // An interface may be kept by an async function that does not wait.
      '@typescript-eslint/require-await': 'off',
      // Numeric code is full of `a[i]` and of casts to a tensor of known rank; these rules only argue about their style.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/dot-notation': 'off',
      // Interfaces for what has methods, types for data: chosen by hand.
      '@typescript-eslint/consistent-type-definitions': 'off'
    }
  },
  {
    // CommonJS: what is heavy or may be missing is required where it is used.
    files: ['kernel-lib/src/**/*.ts'],
    rules: { '@typescript-eslint/no-require-imports': 'off' }
  },
  ...[...WHOLE, ...nested].map(({ files, above }) => ({
    files,
    ignores: ['kernel-lib/src/base/backend/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [TENSORFLOW, ...above] }] }
  })),
  {
    files: ['kernel-lib/src/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [TENSORFLOW] }] }
  },
  {
    files: ['kernel-lib/src/kernel/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [ofLauncher('\\.\\./')] }] }
  },
  {
    files: ['kernel-lib/src/kernel/*/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [ofLauncher('\\.\\./\\.\\./')] }] }
  },
  {
    files: ['kernel-lib/src/protocol/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [ofProtocol('\\./')] }] }
  },
  {
    files: ['kernel-lib/src/protocol/kinds/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [ofProtocol('\\.\\./[^.]')] }] }
  },
  {
    files: ['extension/**/*.{ts,tsx}'],
    plugins: { jupyter },
    extends: [jupyter.configs.recommended],
    rules: {
      // These guess from the syntax of one function, and guess wrong where an owner takes what another one made.
      'jupyter/prefer-lazy-imports': 'off',
      'jupyter/require-disposable-ownership': 'off',
      // JupyterLab groups its command ids in namespaces.
      '@typescript-eslint/no-namespace': 'off',
      'no-restricted-imports': ['error', { patterns: OF_EXTENSION }]
    }
  },
  ...EXTENSION_FLOORS.map((floor, i) => ({
    files: [`extension/${floor}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...OF_EXTENSION,
            // What lies beside the folders joins them all, and is above each.
            {
              regex: `^(\\.\\./)+(${[...EXTENSION_FLOORS.slice(i + 1), '[^./]*Commands', 'commands', 'palette'].join('|')})(/|$)`,
              message: NOT_ABOVE
            }
          ]
        }
      ]
    }
  })),
  {
    // The command speaks to a terminal, in plain CommonJS; JSDoc types it, and JSON is read as what it is said to be.
    files: ['kernel-lib/{bin,native}/**/*.js'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off'
    }
  },
  {
    // Tests spoil payloads, checkpoints and options on purpose.
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off'
    }
  },
  prettier
);
