// What may import what: docs/development/architecture.md. Each rule here is a sentence there.
const CORE_FILES =
  '^src/(errors|secret|clock|random|json|exact-json|near-match|decimal|text-ends)\\.ts$';

/** Types that every folder may import, wherever their file is. */
const WORD_FILES = '^src/(networks/(names|profiles?)|events/conversion-event)\\.ts$';

/** Folders of src/ from the top down: a folder imports itself and those after it. */
const FOLDERS = [
  ['cli'],
  ['demo'],
  ['report', 'status', 'doctor'],
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
  ['sources'],
  ['events'],
  ['identity', 'update'],
  ['http'],
  ['files'],
];

const upward = FOLDERS.flatMap((folders, level) => {
  const above = FOLDERS.slice(0, level).flat();
  if (above.length === 0) return [];
  return [
    {
      name: `folders-import-downward:${folders.join('+')}`,
      severity: 'error',
      from: { path: `^src/(${folders.join('|')})(/|\\.ts$)` },
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
      // Packages are bundled (scripts/bundle/), so they are devDependencies. The bundler fails at
      // one that it cannot resolve.
      name: 'no-unlisted-packages-in-the-product',
      severity: 'error',
      from: { path: '^(src|commands|bin)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'library-knows-no-terminal',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: {
        path: `^(commands|bin|test|scripts)/|^src/cli/|${npm('@oclif/.*', 'chalk', 'cli-table3', '@inquirer/.*', 'open')}`,
      },
    },
    {
      name: 'core-files-import-no-folder',
      severity: 'error',
      from: { path: CORE_FILES },
      to: { path: '^src/', pathNot: CORE_FILES },
    },
    ...upward,
    {
      name: 'networks-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/networks/([^/]+)/' },
      to: { path: '^src/networks/[^/]+/', pathNot: '^src/networks/$1/' },
    },
    {
      name: 'delivery-knows-no-single-network',
      severity: 'error',
      from: { path: '^src/(delivery|audiences|log|goals|events|attribution|consent)/' },
      to: { path: '^src/networks/[^/]+/' },
    },
    {
      // Callers know the interfaces in src/log, not how a log is stored.
      name: 'log-backends-stay-inside-the-log',
      severity: 'error',
      from: { path: '^(src|commands|bin|scripts)/', pathNot: '^src/log/' },
      to: { path: '^src/log/(sqlite|postgres)/' },
    },
    {
      name: 'log-backends-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/log/(sqlite|postgres)/' },
      to: { path: '^src/log/(sqlite|postgres)/', pathNot: '^src/log/$1/' },
    },
    onlyIn('undici', npm('undici'), '^src/http/'),
    onlyIn('conf', npm('conf'), '^src/(accounts|config)/'),
    onlyIn('sqlite', npm('@photostructure/sqlite'), '^src/(log/sqlite/|files/load-sqlite)'),
    onlyIn('aws-client', npm('@aws-sdk/.*'), '^src/sources/aws/'),
    onlyIn('postgres', npm('pg', '@types/pg'), '^src/log/postgres/'),
    onlyIn('nats-client', npm('@nats-io/.*'), '^src/sources/nats/'),
    onlyIn('kafka-client', npm('kafkajs', 'lz4js', 'snappyjs', 'fzstd'), '^src/sources/kafka/'),
    onlyIn('charts', npm('d3-.*'), '^src/report/page/'),
    onlyIn('terminal-packages', npm('chalk', 'cli-table3', '@inquirer/.*', 'open'), '^src/cli/'),
    {
      name: 'commands-are-thin',
      severity: 'error',
      from: { path: '^commands/' },
      to: { path: '^(commands/|bin/|test/)|^(node:)?(http|https|net|child_process)$' },
    },
    {
      name: 'terminal-knows-no-network-and-no-log',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: {
        path: '^(commands/|bin/|src/networks/[^/]+/|src/log/)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'entry-point-stays-light',
      severity: 'error',
      from: { path: '^bin/' },
      to: {
        path: '.',
        pathNot:
          '^(bin/compile-cache\\.js|dist/src/cli/entry-point\\.js|node:.*|module|fs|os|path)$',
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
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require', 'types'],
    },
  },
};
