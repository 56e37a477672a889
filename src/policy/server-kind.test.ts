import { expect, test } from 'vitest';
import { SERVER_KINDS } from '../domain/server.ts';
import type { StatedKind } from '../domain/stated-kind.ts';
import { judgeKind } from './server-kind.ts';
import type { KindFacts } from './server-kind.ts';

const nothing: KindFacts = {
  hostType: 'address',
  ports: [443],
  names: [],
  ground: [],
  networkType: 'hosting',
  stated: [],
  correction: null,
};
const says = (kind: StatedKind['kind'], reliability: StatedKind['reliability'], group = ''): StatedKind => ({
  kind, reliability, group, source: `feed ${group}`,
}); // prettier-ignore

test.each<[string, Partial<KindFacts>, string]>([
  ['nothing stated, in a hosting network', {}, 'unknown'],
  ['a source without a record', { stated: [says('dedicated', null)] }, 'unknown'],
  ['a source of record D', { stated: [says('iot-device', 'D')] }, 'unknown'],
  ['a source of record C', { stated: [says('compromised-host', 'C')] }, 'compromised-host'],
  ['a source of record C on what has it taken away', { stated: [says('dedicated', 'C')] }, 'unknown'],
  ['a source of record B', { stated: [says('dedicated', 'B')] }, 'dedicated'],
  ['two groups', { stated: [says('dedicated', null, 'a'), says('dedicated', null, 'b')] }, 'dedicated'],
  ['two groups, one unreliable', { stated: [says('dedicated', null, 'a'), says('dedicated', 'E', 'b')] }, 'unknown'],
  ['a contradiction: the mildest', { stated: [says('dedicated', 'A'), says('compromised-host', 'B')] }, 'compromised-host'],
  ['a contradiction of a lesser source', { stated: [says('dedicated', 'A'), says('compromised-host', 'C')] }, 'dedicated'],
  ['two spellings of one group', { stated: [says('iot-device', null, 'a.b'), says('iot-device', null, 'A B')] }, 'unknown'],
  ['a sinkhole, says a feed', { stated: [says('sinkhole', 'A', 'a'), says('sinkhole', 'B', 'b')] }, 'unknown'],
  ['a device port at a hoster', { ports: [8291] }, 'unknown'],
  ['a device port at an ISP', { ports: [443, 8291], networkType: 'isp' }, 'iot-device'],
  ['two names', { names: ['a.one.example', 'b.two.example'] }, 'unknown'],
  ['three names of one owner', { names: ['a.one.example', 'b.one.example', 'c.one.example'] }, 'unknown'],
  ['three unrelated names', { names: ['a.one.example', 'two.example', 'x.three.example'] }, 'shared-hosting'],
  ['a list of sinkholes', { ground: [{ list: 'sinkholes', class: 'sinkhole' }], stated: [says('dedicated', 'A')] }, 'sinkhole'],
  ['a list of Tor exits', { ground: [{ list: 'tor-exits', class: 'tor-exit' }] }, 'tor-exit'],
  ['a person', { ground: [{ list: 'tor-exits', class: 'tor-exit' }], correction: { kind: 'dedicated', person: 'Ada', reason: 'asked' } }, 'dedicated'],
])('%s: %o is %s', (_, facts, kind) => {
  expect(judgeKind({ ...nothing, ...facts }).kind).toBe(kind);
}); // prettier-ignore

test('every kind but unknown has its reasons, and what speaks against it is told', () => {
  expect(judgeKind(nothing).reasons).toEqual([]);
  expect(
    judgeKind({ ...nothing, stated: [says('dedicated', 'A', 'x'), says('iot-device', 'B', 'y')] }).reasons,
  ).toEqual(['stated by feed x (A) (against it)', 'stated by feed y (B)']);
});

test('no source without a record makes anything of a server alone', () => {
  for (const kind of SERVER_KINDS) {
    for (const reliability of [null, 'D', 'E', 'F'] as const) {
      expect(judgeKind({ ...nothing, stated: [says(kind, reliability, 'a')] }).kind).toBe('unknown');
    }
  }
});
