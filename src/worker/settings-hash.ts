import { createHash } from 'node:crypto';
import type { App } from '../app.ts';

/**
 * What decisions are made by on this machine, in twelve characters: two that decide differently differ in it. Where files lie
 * and who may log in where is left out, for machines may differ in that.
 */
export async function settingsHash(app: App): Promise<string> {
  const { organisation, gates, clock, watch, verify, deconfliction, protectedGround, severance, retention } =
    app.settings;
  // The file here: an approved table is the same on all machines.
  const { methodTable, files } = await app.openNoticeSources(null);
  const lists = (await app.openWarningLists())?.lists ?? [];
  const decidedBy = {
    organisation,
    gates,
    clock,
    watch,
    verify,
    deconfliction,
    protectedGround,
    severance,
    retention,
    playbook: methodTable.sha256,
    texts: files.map(({ name, text }) => [name, text]),
    lists: lists.map(({ folder, date, entries }) => [folder, date, entries.length]),
  };
  return createHash('sha256').update(JSON.stringify(decidedBy)).digest('hex').slice(0, 12);
}
