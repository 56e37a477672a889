import { isStricter } from '../domain/list-effect.ts';
import type { Effect } from '../domain/list-effect.ts';
import { groundClassOf } from './list-classes.ts';
import type { GroundClass } from './list-classes.ts';

export { isStricter };
export type { Effect };

/**
 * What lists do where the settings say nothing. C2 is rented in clouds and behind VPN providers every day, so their
 * ranges only note (the VPN list alone names 510 of the 1,928 addresses of a real feed); a list that nobody knows holds.
 */
export const CLASS_EFFECTS: Readonly<Record<GroundClass, Effect>> = {
  never: 'never',
  'tor-exit': 'hold',
  sinkhole: 'hold',
  'public-dns': 'hold',
  own: 'hold',
  'research-scanner': 'hold',
  parking: 'hold',
  popular: 'hold',
  service: 'hold',
  unknown: 'hold',
  cdn: 'hostname-only',
  'shared-hosting': 'hostname-only',
  'dynamic-dns': 'hostname-only',
  cloud: 'note',
  vpn: 'note',
  'no-host': 'note',
  reserved: 'reserved',
};

/** Where a list's effect comes from. */
export type EffectFrom =
  /** It is one that nobody can weaken. */
  | 'never-list'
  | 'setting'
  /** The list is known by its name, or is the organisation's own. */
  | 'default'
  /** Nobody has judged a list of this name: it holds. */
  | 'unknown-list';

/** The settings' word over the default's; `never` is nobody's to weaken. */
export function effectOf(folder: string, settings: Readonly<Record<string, Effect>>): Effect {
  return judgedEffect(folder, settings).effect;
}

export function judgedEffect(
  folder: string,
  settings: Readonly<Record<string, Effect>>,
): { readonly effect: Effect; readonly from: EffectFrom } {
  const listClass = groundClassOf(folder);
  if (listClass === 'never') return { effect: 'never', from: 'never-list' };
  const set = Object.hasOwn(settings, folder) ? settings[folder] : undefined;
  if (set !== undefined) return { effect: set, from: 'setting' };
  return { effect: CLASS_EFFECTS[listClass], from: listClass === 'unknown' ? 'unknown-list' : 'default' };
}
