import { join } from 'node:path';
import { Command, Option } from 'commander';
import { writeWholeFile } from '../../app.ts';
import type { App } from '../../app.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeText } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

type Keys = Awaited<ReturnType<App['publishedKeys']>>;
type KeysOptions = CommonOptions & { readonly out?: string };

/** A string of a TXT record holds 255 octets; a longer value is several, which are read as one (RFC 7208 section 3.3). */
const TXT_STRING = 255;

export function mailKeysCommand(face: Face): Command {
  return addCommonOptions(new Command('keys'))
    .addOption(new Option('--out <dir>', 'also write dkim-record.txt and smime-certificate.pem there'))
    .summary('print what receivers verify our mail by')
    .description(
      'Prints the DKIM record that has to stand in the DNS, and the S/MIME certificate with its fingerprint, ' +
        'made from the keys that the settings name. Private keys are never printed.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle mail keys', 'Prints the record and the certificate, and what is not configured.'],
          ['dismantle mail keys --out published', 'Writes both into files, to be published.'],
          ['dismantle mail keys --json | jq -r .dkim.value', 'Prints the value of the DKIM record alone.'],
        ],
        exits: ['1    A key cannot be read or does not fit; standard error says which.'],
      }),
    )
    .action(async (options: KeysOptions) => {
      await withApp(face, options, async (app) => {
        const keys = await app.publishedKeys();
        const files = options.out === undefined ? [] : await writeKeys(keys, options.out);
        if (options.json === true) printJson(face.terminal, { ...keys, files });
        else printKeys(face.terminal, keys, files);
      });
    });
}

export function mailCheckCommand(face: Face): Command {
  return addCommonOptions(new Command('check'))
    .summary('look at the settings of mail, without a connection')
    .description(
      'Looks at the settings of mail and the files that they name: servers, logins, keys and certificates, and whether ' +
        'the signing domain is aligned with the sender as DMARC wants it. Sends nothing and asks no DNS.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle mail check', 'Looks at everything, one line each: good, note or BAD.'],
          ['dismantle mail check --json | jq .ok', 'Says true or false to a script.'],
        ],
        exits: ['0    Nothing is wrong.', '1    Something is wrong; its line says BAD and what to do.'],
      }),
    )
    .action(async (options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const findings = await app.checkMail();
        const isWell = findings.every(({ state }) => state !== 'bad');
        const { style } = face.terminal;
        const marks = { good: style.green('good'), note: style.yellow('note'), bad: style.red('BAD ') };
        if (options.json === true) printJson(face.terminal, { ok: isWell, findings });
        else {
          for (const { what, state, says } of findings)
            face.terminal.out(`${marks[state]}  ${what.padEnd(9)} ${safeText(says)}\n`);
        }
        if (!isWell) process.exitCode = 1;
      });
    });
}

function printKeys(terminal: Terminal, { dkim, smime }: Keys, files: readonly string[]): void {
  const { style } = terminal;
  terminal.out(`${style.bold('DKIM')}\n`);
  if (dkim === null) terminal.out('  not configured: set mail.dkim.domain, .selector and .keyFile\n');
  else {
    terminal.out(`  publish this TXT record (${dkim.algorithm}); it is one value in several strings:\n\n`);
    terminal.out(`${zoneRecord(dkim)}\n`);
  }
  terminal.out(`${style.bold('S/MIME')}\n`);
  if (smime === null) terminal.out('  not configured: set mail.smime.certificateFile and .keyFile\n');
  else {
    terminal.out(`  subject:      ${safeText(smime.subject)}\n`);
    terminal.out(`  issuer:       ${safeText(smime.issuer)}\n`);
    terminal.out(`  mailboxes:    ${safeText(smime.mailboxes.join(', ')) || '(none)'}\n`);
    terminal.out(`  valid:        ${smime.validFrom.slice(0, 10)} to ${smime.validTo.slice(0, 10)}\n`);
    terminal.out(`  SHA-256:      ${smime.fingerprintSha256}\n\n${smime.pem}`);
  }
  for (const file of files) terminal.out(`written: ${safeText(file)}\n`);
}

/** As it stands in a zone file (RFC 1035 section 5). */
function zoneRecord({ name, value }: NonNullable<Keys['dkim']>): string {
  const strings = value.match(new RegExp(`.{1,${TXT_STRING}}`, 'g')) ?? [];
  return `${name}. IN TXT (\n${strings.map((text) => `  "${text}"\n`).join('')})\n`;
}

async function writeKeys({ dkim, smime }: Keys, folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  const write = async (name: string, text: string): Promise<void> => {
    const path = join(folder, name);
    await writeWholeFile(path, once(text));
    files.push(path);
  };
  if (dkim !== null) await write('dkim-record.txt', zoneRecord(dkim));
  if (smime !== null) await write('smime-certificate.pem', smime.pem);
  return files;
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
