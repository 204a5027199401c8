import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const nodeGlobals = Object.fromEntries(
  ['process', 'console', 'URL', 'Buffer', 'performance', 'setTimeout', 'clearTimeout', 'AbortController', 'fetch'].map(
    (name) => [name, 'readonly'],
  ),
);

/** Habits of this code base that are rules of syntax. */
const habits = [
  { selector: 'ExportDefaultDeclaration', message: 'Name what a module exports.' },
  { selector: 'ExportAllDeclaration', message: 'List what a module exports, so that its surface can be read.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
  { selector: 'TSParameterProperty', message: 'Declare the property.' },
];

/** A leading underscore says that a name is there for its position only. */
const unusedNames = { argsIgnorePattern: '^_', varsIgnorePattern: '^_' };

export default defineConfig(
  globalIgnores(['**/dist/', '**/.venv*/', '**/runs/', '!packages/pipelines/src/runs/', '.demo/', '.sluice/']),
  js.configs.recommended,
  {
    rules: {
      'no-restricted-syntax': ['error', ...habits],
      'max-lines': ['warn', { max: 300 }],
      eqeqeq: 'error',
      'no-unused-vars': ['error', unusedNames],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numeric code indexes arrays whose bounds its loops make evident; checking again would hide what it does.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Numbers print as they are; anything else in a template literal is still an error.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Libraries that describe their classes by interfaces (winston) would need a cast at every use.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `() => stream.next(x)` as a callback of a void function reads better than a block.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', unusedNames],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // `toEqual(expect.objectContaining(…))` is typed `any`, and fixtures that resolve at once are written `async`.
    files: ['**/*.test.ts', '**/testing/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { ...nodeGlobals, module: 'writable', require: 'readonly' } },
  },
  {
    // The tools that read these files ask for a default export, and the vitest configuration lies in no TypeScript project.
    files: ['*.config.js', '*.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: { 'no-restricted-syntax': 'off' },
  },
);
