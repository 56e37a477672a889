import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

/**
 * Checks the direction of imports (.dependency-cruiser.cjs). With an unsupported TypeScript the cruiser sees no modules
 * and reports success, so seeing fewer modules than there are files is a failure too.
 */
interface CruiseResult {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
  readonly modules: readonly { readonly source: string; readonly dependencies: readonly unknown[] }[];
}

const files = globSync(['src/**/*.ts', 'web/src/**/*.{ts,tsx}']).filter((file) => !file.endsWith('.d.ts'));
const cruise = spawnSync(
  'depcruise',
  ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'web/src'],
  {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  },
);
if (cruise.stdout === '') throw new Error(`the cruiser gave no result: ${cruise.stderr}`);
const { summary, modules }: CruiseResult = JSON.parse(cruise.stdout);
const seen = modules.filter(({ source }) => /^(web\/)?src\//.test(source));
const imports = seen.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
if (seen.length < files.length || imports < files.length) {
  console.error(
    `the cruiser saw ${seen.length} of ${files.length} modules and ${imports} imports: it is not to be believed`,
  );
  process.exit(1);
}
if (summary.violations.length > 0) process.exit(1);
console.log(`imports: ${seen.length} modules, ${imports} imports, no rule broken`);
