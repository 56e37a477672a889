import { readFileSync } from 'node:fs';
import { octoberFindings } from '../test/support/october-2020.ts';
import type { OctoberFigures } from '../test/support/october-2020.ts';

/* Holds the figures of the README's exercise against history: node scripts/check-october.ts REPORT.json */

const [file = ''] = process.argv.slice(2);
const result: OctoberFigures = JSON.parse(readFileSync(file, 'utf8'));
const findings = octoberFindings(result);
for (const finding of findings) console.log(finding);
console.log(findings.length === 0 ? 'as in October 2020' : `${findings.length} figures are not as in October 2020`);
process.exitCode = findings.length === 0 ? 0 : 1;
