import { expect, it } from 'vitest';
import { BUILT_IN_LISTS, NEVER_LISTS } from '../domain/never-lists.ts';
import { groundClassOf, KNOWN_LISTS } from './list-classes.ts';
import { CLASS_EFFECTS, effectOf, judgedEffect } from './list-effects.ts';

it.each([
  ['tor-exits', 'tor-exit', 'hold'],
  ['tor-exit-nodes', 'tor-exit', 'hold'],
  ['sinkholes', 'sinkhole', 'hold'],
  ['public-dns-hostname', 'public-dns', 'hold'],
  ['akamai', 'cdn', 'hostname-only'],
  ['ovh-cluster', 'shared-hosting', 'hostname-only'],
  ['dynamic-dns', 'dynamic-dns', 'hostname-only'],
  ['hetzner', 'cloud', 'note'],
  ['microsoft-azure-us-gov', 'cloud', 'note'],
  ['vpn-ipv6', 'vpn', 'note'],
  ['own-hospitals', 'own', 'hold'],
  ['onyphe-nt-scanning', 'research-scanner', 'hold'],
  ['modat-scanner', 'research-scanner', 'hold'],
  ['cisco_top20k', 'popular', 'hold'],
  ['tranco10k', 'popular', 'hold'],
  ['microsoft-office365-ip', 'service', 'hold'],
  ['rfc1918', 'reserved', 'reserved'],
  ['windows-binary-hashes', 'no-host', 'note'],
  ['made-up-list', 'unknown', 'hold'],
])('%s is %s ground, and by default %s', (list, groundClass, effect) => {
  expect(groundClassOf(list)).toBe(groundClass);
  expect(effectOf(list, {})).toBe(effect);
});

it('knows every never-list, and none of them can be weakened', () => {
  for (const list of [...NEVER_LISTS, ...BUILT_IN_LISTS]) {
    expect(judgedEffect(list, { [list]: 'note' })).toEqual({ effect: 'never', from: 'never-list' });
  }
});

it('says where an effect comes from', () => {
  expect(judgedEffect('vpn-ipv4', {})).toEqual({ effect: 'note', from: 'default' });
  expect(judgedEffect('vpn-ipv4', { 'vpn-ipv4': 'hold' })).toEqual({ effect: 'hold', from: 'setting' });
  expect(judgedEffect('made-up-list', {})).toEqual({ effect: 'hold', from: 'unknown-list' });
});

it('names each list once', () => {
  expect(new Set(KNOWN_LISTS).size).toBe(KNOWN_LISTS.length);
  for (const list of KNOWN_LISTS) expect(CLASS_EFFECTS[groundClassOf(list)]).not.toBe('never');
});
