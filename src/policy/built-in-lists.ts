import { NEVER_NAMES } from '../domain/never-names.ts';
import type { WarningEntry, WarningList } from '../domain/warning-list.ts';

/** What the program itself knows must never be touched, as lists: in force whether or not anybody gives one. */
export const BUILT_IN: readonly WarningList[] = NEVER_NAMES.map(({ list, title, names }) => ({
  folder: list,
  title,
  version: '1',
  type: 'hostname',
  origin: 'built-in',
  file: null,
  date: null,
  dateFrom: null,
  entries: names.map((name): WarningEntry => ({ covers: 'name-and-below', text: name, name })),
  odd: [],
  oddCount: 0,
}));
