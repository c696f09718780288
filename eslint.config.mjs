// The import table of docs/ARCHITECTURE.md, and the rules of typescript-eslint that read types.
import { builtinModules } from 'node:module';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const NODE_BUILTINS = [...builtinModules, 'node:*'];

/** Files of a room may not import what is listed, from the room or from a folder in it. */
function room(files, { forbid, typesOnly = [], builtins = false }) {
  const group = (names) =>
    names.flatMap((name) => ['.', '..', '../..'].flatMap((up) => [`${up}/${name}`, `${up}/${name}/**`]));
  const patterns = [];
  if (forbid.length > 0)
    patterns.push({ group: group(forbid), message: 'docs/ARCHITECTURE.md: this room may not import that one.' });
  if (typesOnly.length > 0)
    patterns.push({ group: group(typesOnly), allowTypeImports: true, message: 'Only its types may be imported here.' });
  if (!builtins)
    patterns.push({
      group: NODE_BUILTINS,
      message: 'No Node builtin here: this code is pure, or runs inside a workflow.',
    });
  return { files, rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] } };
}

const TOP = ['cli', 'worker', 'slack-server', 'slack', 'demo', 'local'];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'test/replay/histories/'] },
  ...tseslint.configs.recommendedTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/resolver': { node: { extensions: ['.ts', '.js'] } },
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      // The index of process.env and of JSON is a string on purpose.
      '@typescript-eslint/dot-notation': 'off',
      // Our objects' functions use no `this`; taking them apart is how they are meant to be used.
      '@typescript-eslint/unbound-method': 'off',
      // An interface may ask for a promise that one of its implementations has at once.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions', 'methods', 'asyncMethods'] }],
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/class-literal-property-style': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
    },
  },
  room(['src/contract.ts', 'src/contract/**', 'src/errors.ts'], {
    forbid: ['policy', 'workflows', 'activities', 'adapters', 'report', 'client', 'config', 'backup', ...TOP],
  }),
  room(['src/policy/**'], {
    forbid: ['workflows', 'activities', 'report', 'client', 'config', 'planner', 'backup', ...TOP],
    typesOnly: ['adapters'],
  }),
  room(['src/report/**'], {
    forbid: ['workflows', 'activities', 'client', 'config', 'planner', 'backup', ...TOP],
    typesOnly: ['adapters'],
  }),
  room(['src/workflows/**'], {
    forbid: ['report', 'client', 'config', 'planner', 'backup', ...TOP],
    typesOnly: ['adapters', 'activities'],
  }),
  room(['src/activities/**'], { forbid: ['workflows', 'client', ...TOP], builtins: true }),
  room(['src/adapters/**'], {
    forbid: [
      'workflows',
      'activities',
      'report',
      'client',
      'config',
      'planner',
      'cli',
      'worker',
      'slack-server',
      'demo',
      'local',
    ],
    builtins: true,
  }),
  room(['src/client.ts', 'src/client/**'], {
    forbid: ['policy', 'workflows', 'activities', 'adapters', 'report', ...TOP],
    builtins: true,
  }),
  { files: ['**/*.{js,cjs,mjs}'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.{js,cjs}'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
