/** Lowest first: a layer may depend on those before it and on nothing after it. */
const layers = [
  'packages/core',
  'packages/data',
  'packages/models',
  'packages/stages',
  'packages/pipelines',
  'examples',
];

const notUpwards = layers.slice(0, -1).map((layer, index) => ({
  name: `${layer.replace('packages/', '')}-knows-nothing-above`,
  comment: `${layer} is below ${layers.slice(index + 1).join(', ')}: an import in this direction turns the layers round.`,
  severity: 'error',
  from: { path: `^${layer}/` },
  to: { path: layers.slice(index + 1).map((above) => `^${above}/`) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...notUpwards,
    {
      name: 'stages-are-strangers',
      comment: 'Stages meet only in a pipeline file: none imports another.',
      severity: 'error',
      from: { path: '^packages/stages/([^/]+)/' },
      to: { path: '^packages/stages/[^/]+/', pathNot: '^packages/stages/$1/' },
    },
    {
      name: 'no-cycle',
      comment: 'Files that need each other are one file, or need a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that cannot be resolved would escape every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'testing-is-for-tests',
      comment: "A package's testing door and its tests are for tests; the product does without.",
      severity: 'error',
      from: { path: '^(packages|examples)/.*/src/', pathNot: ['\\.test\\.ts$', '/src/testing/'] },
      to: { path: ['^packages/.*/(src|dist)/testing/', '\\.test\\.ts$'] },
    },
    {
      name: 'through-the-door',
      comment: 'Another package is imported by its name, never by a path into its files.',
      severity: 'error',
      from: { path: '^(packages/stages/[^/]+|packages/[^/]+|examples/[^/]+)/' },
      to: { path: '^(packages|examples)/.*/src/', pathNot: '^$1/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'] },
    doNotFollow: { path: ['(^|/)node_modules/', '^(packages|examples)/.*/dist/'] },
  },
};
