import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const UNCHECKED_CAST = 'Narrow with a type guard; else give the reason in a disable comment.';
const SEEDED = 'Tests draw from the seed of the run: see test/kit/seed.ts.';
const PROCESS_IN_LIBRARY = 'The library does not know the process: take it as an argument.';

/**
 * Prettier wraps code but no comment and no literal. A text that is shown whole may stay on its
 * line, and so may an expression, a URL and a disable comment with its reason.
 */
const LINES = {
  code: 100,
  ignoreUrls: true,
  ignoreStrings: true,
  ignoreTemplateLiterals: true,
  ignoreRegExpLiterals: true,
  ignorePattern: '^\\s*// eslint-disable',
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.test.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Commands say `Promise<ExitCode | void>`, parse functions of oclif must be async.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // Under noUncheckedIndexedAccess an index that was just checked still needs it.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
    },
  },
  {
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-len': ['error', LINES],
      complexity: ['error', 15],
      eqeqeq: 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    },
  },
  {
    files: ['src/**/*.ts', 'commands/**/*.ts'],
    rules: {
      // More parameters than this cannot be told apart at the call: pass an object.
      'max-params': ['error', 4],
      'max-lines-per-function': ['error', { max: 110, skipBlankLines: true, skipComments: true }],
      // A cast through another type turns off the check. Where a library leaves no other way, a
      // disable comment gives the reason.
      'no-restricted-syntax': [
        'error',
        { selector: 'TSAsExpression > TSAsExpression', message: UNCHECKED_CAST },
        { selector: 'TSAsExpression > TSAnyKeyword', message: UNCHECKED_CAST },
        { selector: 'TSAsExpression > TSNeverKeyword', message: UNCHECKED_CAST },
      ],
    },
  },
  {
    // The texts of the log are SQL, which has a break wherever it has a space.
    files: ['src/log/**/*.ts'],
    rules: {
      'max-len': ['error', { ...LINES, ignoreStrings: false, ignoreTemplateLiterals: false }],
    },
  },
  {
    // Folders without a narrowing cast. The others narrow by `as` what the type system cannot see.
    files: ['src/networks/**/*.ts', 'src/doctor/**/*.ts', 'src/update/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-type-assertion': 'error' },
  },
  {
    // Rows of a table test have as many parameters as columns.
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 520, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Input decides how long the texts are: an expression takes time in proportion to its text.
    files: ['src/**/*.ts', 'commands/**/*.ts', 'bin/*.js'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'certain', ignorePartial: false }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': ['error', { name: 'process', message: PROCESS_IN_LIBRARY }],
      'no-restricted-imports': [
        'error',
        {
          paths: ['process', 'node:process'].map((name) => ({ name, message: PROCESS_IN_LIBRARY })),
        },
      ],
    },
  },
  {
    files: ['commands/**/*.ts', 'src/cli/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'exit',
          message: 'Return the exit code from execute(): output must drain.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.object.name='vi'][callee.property.name=/^(mock|doMock)$/]",
          message: 'Own modules are never mocked: use real servers, files and processes.',
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: SEEDED },
        { object: 'crypto', property: 'randomUUID', message: SEEDED },
      ],
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/kit/property.ts', 'test/bench/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'fast-check', message: SEEDED },
            {
              name: 'node:crypto',
              importNames: ['randomBytes', 'randomInt', 'randomUUID'],
              message: SEEDED,
            },
          ],
          patterns: [
            { group: ['**/src/random.js'], importNames: ['systemRandom'], message: SEEDED },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
      },
    },
  },
  {
    files: ['bin/*.js', '**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        process: 'readonly',
      },
    },
  },
);
