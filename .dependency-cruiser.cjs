// The direction of imports, each rule with its reason. `npm run check:imports` fails when one is broken,
// and also when the tool sees suspiciously few modules (see scripts/check-imports.ts).
const layer = (name) => `^src/${name}(/|\\.ts$)`;
const forbid = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to,
});

module.exports = {
  forbidden: [
    forbid(
      'pages-know-the-interface-alone',
      '^web/src',
      { path: '^src' },
      'The war room is one client of the HTTP interface among others.',
    ),
    forbid('no-circles', '^(web/)?src', { circular: true }, 'A circle of imports has no order to read it in.'),
    forbid(
      'domain-imports-nothing-of-ours',
      layer('domain'),
      { path: '^src', pathNot: layer('domain') },
      'Nouns know no verbs.',
    ),
    forbid(
      'ledger-stands-alone',
      layer('ledger'),
      { path: '.', pathNot: '^src/ledger/|^(node:)?crypto$' },
      'A stranger must be able to audit with this folder and Node alone.',
    ),
    forbid(
      'policy-is-pure',
      layer('policy'),
      { path: '^src', pathNot: layer('(domain|policy)') },
      'Policy answers from facts; it fetches nothing.',
    ),
    forbid(
      'steps-look-down',
      layer('steps'),
      { path: '^src', pathNot: layer('(domain|policy|ledger|ports|steps)') },
      'A step reaches the world through ports only.',
    ),
    forbid(
      'no-step-knows-another',
      '^src/steps/([^/]+)/',
      { path: '^src/steps/', pathNot: '^src/steps/$1/' },
      'Only flow.ts knows the order of the steps.',
    ),
    forbid(
      'ports-are-interfaces',
      layer('ports'),
      { path: '^src', pathNot: layer('(domain|ledger|ports)') },
      'A port speaks in nouns of the domain.',
    ),
    forbid(
      'adapters-implement-ports',
      layer('adapters'),
      { path: '^src', pathNot: layer('(domain|ledger|ports|adapters)') },
      'An adapter decides nothing.',
    ),
    forbid(
      'no-adapter-knows-another',
      '^src/adapters/([^/]+)/',
      { path: '^src/adapters/', pathNot: '^src/adapters/($1|guarded-http)/' },
      'Adapters are joined in app.ts and app/; what keeps requests off our own networks is written once, in guarded-http.',
    ),
    forbid(
      'flow-knows-no-adapter',
      '^src/flow(/|\\.ts$)',
      { path: '^src/(adapters|cli|http|worker|exercise|app)' },
      'The flow is the same over any adapters.',
    ),
    forbid(
      'faces-call-the-flow',
      layer('(cli|http|worker)'),
      { path: '^src/(adapters|steps|policy)' },
      'A face parses, calls and prints.',
    ),
    forbid('only-app-builds-adapters', '^src', { path: layer('adapters') }, 'One place hands the adapters in.'),
    forbid(
      'not-to-dev-dependencies',
      '^src',
      { dependencyTypes: ['npm-dev'] },
      'What users run must not need what only tests need.',
    ),
    forbid(
      'net-only-in-adapters',
      '^src/(domain|policy|ledger|steps|ports|cli|flow)',
      { path: '^(node:)?(net|http|https|http2|tls|dns|dgram|child_process|worker_threads)$' },
      'Traffic leaves through the outgoing port only.',
    ),
  ].map((rule) => {
    if (rule.name === 'only-app-builds-adapters') rule.from.pathNot = '^src/(adapters/|app(/|\\.ts$))|\\.test\\.ts$';
    return rule;
  }),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
