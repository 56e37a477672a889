/**
 * Notices over all methods, kinds, languages, 1 to 200 servers and hostile words: drafted and rendered, linted, and each
 * X-ARF report held against the official schemas by ajv. Beside the drafting, in the same run, what any program that
 * mails the same words has to do: nodemailer composing an ordinary message of the same text and the same attachments.
 *
 *     node bench/notices.ts [notices]
 */
import MailComposer from 'nodemailer/lib/mail-composer';
import type { NoticeFacts } from '../src/domain/notice.ts';
import { madeUpFacts } from '../test/support/made-up-notices.ts';
import { lintFindings, makeNotice, schemaFindings } from '../test/support/notice-run.ts';
import type { MadeNotice } from '../test/support/notice-run.ts';
import { hasXarfSchemas } from '../test/support/xarf-schemas.ts';

const NOTICES = Number(process.argv[2] ?? 10_000);
const CHUNK = 100;
const spentMs = { make: 0, lint: 0, schemas: 0, peer: 0 };
const findings: string[] = [];
const methods = new Map<string, number>();
let servers = 0;
let bytes = 0;

for (let from = 0; from < NOTICES; from += CHUNK) {
  // In chunks, so that each stage is timed by itself and memory stays small.
  const facts = Array.from({ length: Math.min(CHUNK, NOTICES - from) }, (_none, index) => madeUpFacts(from + index));
  const made = await timed('make', () => makeAll(facts));
  await timed('lint', () => Promise.resolve(collect(facts, made, lintFindings)));
  await timed('schemas', () => Promise.resolve(collect(facts, made, schemaFindings)));
  await timed('peer', () => composeAll(made));
  for (const { draft, message } of made) {
    servers += draft.items.length;
    bytes += message.length;
    const key = `${draft.method} (${draft.languages.join(', ')})`;
    methods.set(key, (methods.get(key) ?? 0) + 1);
  }
}

const rate = (ms: number): string => `${Math.round(NOTICES / (ms / 1000))} notices/s`.padStart(18);
console.log(`${NOTICES} notices about ${servers} servers, ${(bytes / 1e6).toFixed(0)} MB of messages`);
for (const [method, count] of [...methods].toSorted(([one], [other]) => (one < other ? -1 : 1)))
  console.log(`  ${String(count).padStart(6)}  ${method}`);
console.log(`  drafted and rendered           ${rate(spentMs.make)}`);
console.log(`  nodemailer, the same content   ${rate(spentMs.peer)}`);
console.log(`  ratio                          ${(spentMs.peer / spentMs.make).toFixed(2).padStart(18)}`);
console.log(`  linted, message included       ${rate(spentMs.lint)}`);
console.log(
  hasXarfSchemas
    ? `  X-ARF schemas (ajv)            ${rate(spentMs.schemas)}`
    : '  X-ARF schemas: not at hand, skipped',
);
console.log(`  findings                       ${String(findings.length).padStart(18)}`);
console.log(
  `  peak memory                    ${`${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`.padStart(18)}`,
);
for (const finding of findings.slice(0, 20)) console.log(finding);
if (findings.length > 0) process.exitCode = 1;

async function makeAll(facts: readonly NoticeFacts[]): Promise<readonly MadeNotice[]> {
  const made: MadeNotice[] = [];
  for (const one of facts) made.push(await makeNotice(one));
  return made;
}

function collect(
  facts: readonly NoticeFacts[],
  made: readonly MadeNotice[],
  judge: (facts: NoticeFacts, made: MadeNotice) => readonly string[],
): void {
  for (const [index, notice] of made.entries()) {
    const about = facts[index];
    if (about !== undefined) findings.push(...judge(about, notice));
  }
}

async function composeAll(made: readonly MadeNotice[]): Promise<void> {
  for (const { draft } of made) {
    const attachments = draft.xarf.map((report, index) => ({
      filename: `xarf-${index + 1}.json`,
      content: JSON.stringify(report, null, 2),
    }));
    if (draft.itemsCsv !== null) attachments.push({ filename: 'items.csv', content: draft.itemsCsv });
    const mail = new MailComposer({
      from: draft.from.email,
      to: draft.to ?? 'nobody@cert.example',
      subject: draft.subject,
      text: draft.text,
      attachments,
    });
    await mail.compile().build();
  }
}

async function timed<Value>(stage: keyof typeof spentMs, work: () => Promise<Value>): Promise<Value> {
  const started = performance.now();
  const value = await work();
  spentMs[stage] += performance.now() - started;
  return value;
}
