// What may import what: docs/layout.md. Each rule here is a sentence there.
const CORE_FILES = '^src/(errors|secret|clock|random|json|exact-json|near-match)\\.ts$';

/** Words that every room may say, wherever their file stands. */
const WORD_FILES = '^src/(networks/names|events/conversion-event)\\.ts$';

/** Rooms from the top down: a room imports its own and those after it. */
const ROOMS = [
  ['demo'],
  ['report', 'overview', 'doctor'],
  ['delivery', 'audiences'],
  ['workspace'],
  ['sandbox-workspace'],
  ['sandbox'],
  ['log'],
  ['accounts'],
  ['networks'],
  ['oauth'],
  ['config'],
  ['attribution', 'goals'],
  ['consent'],
  ['events'],
  ['identity', 'update'],
  ['http'],
  ['files'],
];

const upward = ROOMS.flatMap((rooms, level) => {
  const above = ROOMS.slice(0, level).flat();
  if (above.length === 0) return [];
  return [
    {
      name: `rooms-import-downward:${rooms.join('+')}`,
      severity: 'error',
      from: { path: `^src/(${rooms.join('|')})(/|\\.ts$)` },
      to: { path: `^src/(${above.join('|')})(/|\\.ts$)`, pathNot: WORD_FILES },
    },
  ];
});

function onlyIn(name, packages, place) {
  return {
    name: `${name}-in-its-place`,
    severity: 'error',
    from: { path: '^(src|commands|bin)/', pathNot: place },
    to: { path: packages },
  };
}

function npm(...names) {
  return `^(node_modules/)?(${names.join('|')})(/|$)`;
}

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'imports-exist', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      // Packages are bundled (scripts/bundle/), so they are devDependencies. The bundler fails at one that it cannot resolve.
      name: 'no-unlisted-packages-in-the-product',
      severity: 'error',
      from: { path: '^(src|commands|bin)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'engine-knows-no-face',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: `^(commands|bin|test|scripts)/|${npm('@oclif/.*', 'chalk', 'cli-table3', '@inquirer/.*', 'open')}` },
    },
    {
      name: 'core-files-import-no-room',
      severity: 'error',
      from: { path: CORE_FILES },
      to: { path: '^src/', pathNot: CORE_FILES },
    },
    ...upward,
    {
      name: 'networks-know-not-each-other',
      severity: 'error',
      from: { path: '^src/networks/([^/]+)/' },
      to: { path: '^src/networks/[^/]+/', pathNot: '^src/networks/$1/' },
    },
    {
      name: 'delivery-knows-no-one-network',
      severity: 'error',
      from: { path: '^src/(delivery|log|goals|events|attribution|consent)/' },
      to: { path: '^src/networks/[^/]+/' },
    },
    onlyIn('undici', npm('undici'), '^src/http/'),
    onlyIn('conf', npm('conf'), '^src/(accounts|config)/'),
    onlyIn('sqlite', npm('@photostructure/sqlite'), '^src/(log/|files/kernel-lock)'),
    onlyIn('charts', npm('d3-.*'), '^src/report/page/'),
    onlyIn('terminal-packages', npm('chalk', 'cli-table3', '@inquirer/.*', 'open'), '^commands/_face/'),
    {
      name: 'commands-are-thin',
      severity: 'error',
      from: { path: '^commands/', pathNot: '^commands/_face/' },
      to: { path: '^(commands/(?!_face/)|bin/|test/)|^(node:)?(http|https|net|child_process)$' },
    },
    {
      name: 'face-knows-no-network-and-no-log',
      severity: 'error',
      from: { path: '^commands/_face/' },
      to: { path: '^(commands/(?!_face/)|bin/|src/networks/[^/]+/|src/log/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'door-stays-light',
      severity: 'error',
      from: { path: '^bin/' },
      to: {
        path: '.',
        pathNot: '^(bin/code-cache\\.js|dist/commands/_face/door\\.js|node:.*|module|fs|os|path|vm|zlib)$',
      },
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      from: { path: '^(src|commands|bin|scripts)/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'require', 'types'] },
  },
};
