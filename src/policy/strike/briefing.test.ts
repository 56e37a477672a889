import { describe, expect, test } from 'vitest';
import type { Briefing, BriefingNotice } from '../../domain/briefing.ts';
import type { HoldApproval, Strike } from '../../domain/strike.ts';
import { addressIn, briefingStanding, whatKeepsBriefing, whoIsBriefed } from './briefing.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 8);
const AIM = NOW + 6 * HOUR;

const notice = (change: Partial<BriefingNotice> = {}): BriefingNotice => ({
  noticeId: 'n1',
  reference: 'DSM-AAAAAA',
  messageId: 'n1@cert.example',
  providerKey: 'lab',
  provider: 'Lab Hosting',
  country: 'DE',
  trust: 'cooperative',
  channel: 'mail',
  contact: 'abuse@lab.example',
  state: 'approved',
  sentAt: null,
  contestedAt: null,
  ...change,
});

const item = (change: Partial<Strike['items'][number]> = {}): Strike['items'][number] => ({
  noticeId: 'n1',
  notifyAt: AIM,
  mayForward: false,
  isDevice: false,
  cases: ['c1', 'c2'],
  ...change,
});

const said = (person: string, role: HoldApproval['role'], stands = true): HoldApproval => ({
  person,
  role,
  stands,
  until: AIM,
  reason: 'r',
  approvedAt: NOW - HOUR,
});

const strike = (change: Partial<Strike> = {}): Strike => ({
  strikeId: 's1',
  operationId: 'o1',
  number: 1,
  strategy: 'simultaneous',
  aim: AIM,
  planHash: '',
  plannedAt: NOW - 2 * HOUR,
  plannedBy: 'x',
  items: [item()],
  approvals: [said('erika', 'approver'), said('cleo', 'counsel')],
  released: null,
  ...change,
});

const briefing = (change: Partial<Briefing> = {}): Briefing => ({
  briefingId: 'b1',
  operationId: 'o1',
  strikeId: 's1',
  providerKey: 'lab',
  provider: 'Lab Hosting',
  notices: ['n1'],
  reference: 'DSM-AAAAAA',
  recipient: 'abuse@lab.example',
  messageId: 'b1@cert.example',
  text: { subject: 'TLP:RED', body: 'TLP:RED' },
  hash: '',
  leaveBefore: AIM,
  state: 'waiting',
  attempts: 0,
  doubts: [],
  nextAt: NOW,
  sentAt: null,
  code: null,
  response: null,
  approvals: [said('erika', 'approver'), said('cleo', 'counsel')],
  ...change,
});

describe('who is told ahead', () => {
  test('is the trusted desk that may not tell its customer, once for all of its notices, before the first of them', () => {
    const items = [item(), item({ noticeId: 'n2', notifyAt: AIM - HOUR, cases: ['c3'] })];
    const notices = [notice(), notice({ noticeId: 'n2', reference: 'DSM-BBBBBB' })];
    const { briefed, others } = whoIsBriefed(strike({ strategy: 'converge', items }), notices);
    expect(others).toEqual([]);
    expect(briefed).toMatchObject([{ recipient: 'abuse@lab.example', servers: 3, leaveBefore: AIM - HOUR }]);
  });

  test.each<[Partial<BriefingNotice>, Partial<Strike['items'][number]>, string]>([
    [{ trust: 'unknown' }, {}, 'its trust is unknown'],
    [{ trust: 'bulletproof' }, {}, 'its trust is bulletproof'],
    [{}, { mayForward: true }, 'it may tell its customer'],
    [{}, { isDevice: true }, 'nothing of it waits'],
    [{ channel: 'form' }, {}, 'its notice does not go by mail'],
    [{ contact: null }, {}, 'its notice does not go by mail'],
    [{ sentAt: NOW }, {}, 'its notice DSM-AAAAAA waits no more'],
    [{ contestedAt: NOW }, {}, 'its notice DSM-AAAAAA waits no more'],
    [{ state: 'withdrawn' }, {}, 'its notice DSM-AAAAAA waits no more'],
  ])('is nobody where the notice is %j and planned %j', (change, planned, why) => {
    const { briefed, others } = whoIsBriefed(strike({ items: [item(planned)] }), [notice(change)]);
    expect(briefed).toEqual([]);
    expect(others).toMatchObject([{ provider: 'Lab Hosting', why }]);
  });

  test('is nobody of a rolling strike, nor a desk with two mailboxes, or of which one notice may be told on', () => {
    expect(whoIsBriefed(strike({ strategy: 'rolling' }), [notice()]).briefed).toEqual([]);
    const second = notice({ noticeId: 'n2', reference: 'DSM-BBBBBB' });
    const items = [item(), item({ noticeId: 'n2' })];
    const elsewhere = { ...second, contact: 'other@lab.example' };
    expect(whoIsBriefed(strike({ items }), [notice(), elsewhere]).others[0]?.why).toContain('different mailboxes');
    const told = [item(), item({ noticeId: 'n2', mayForward: true })];
    expect(whoIsBriefed(strike({ items: told }), [notice(), second]).others[0]?.why).toBe('it may tell its customer');
  });
});

describe('a briefing leaves', () => {
  const kept = (b: Partial<Briefing>, s: Partial<Strike> = {}, n: Partial<BriefingNotice> = {}, now = NOW): string =>
    whatKeepsBriefing(briefing(b), strike(s), [strike(s)], [notice(n)], now).join('; ');

  test('where all holds', () => {
    expect(kept({})).toBe('');
  });

  test.each<[string, string]>([
    [kept({ approvals: [said('erika', 'approver')] }), 'two people have to approve it'],
    [kept({ approvals: [said('erika', 'approver'), said('farid', 'approver')] }), 'one of them counsel'],
    [kept({ approvals: [said('cleo', 'counsel'), said('cleo', 'counsel')] }), 'two people have to approve it'],
    [kept({ approvals: [said('erika', 'approver'), said('cleo', 'counsel', false)] }), 'two people have to approve it'],
    [kept({}, { approvals: [said('cleo', 'counsel')] }), 'strike 1 is not held'],
    [kept({}, { released: { at: NOW, by: 'x', reason: 'r', isHarm: true } }), 'strike 1 is not held'],
    [kept({}, {}, {}, AIM), 'its notice may leave by now'],
    [kept({}, {}, { contact: 'new@lab.example' }), 'another mailbox'],
    [kept({}, {}, { trust: 'unknown' }), 'its trust is unknown'],
    [kept({}, { items: [item({ notifyAt: NOW + HOUR })] }), 'leaves earlier than it says'],
    [kept({ notices: ['n9'] }), 'its notices are others'],
  ])('and not where %s', (reasons, expected) => {
    expect(reasons).toContain(expected);
  });

  test('no more once the hold has ended, and its standing says so', () => {
    expect(briefingStanding(briefing(), strike(), NOW)).toBe('approved');
    expect(briefingStanding(briefing(), strike(), AIM)).toBe('cancelled');
    expect(briefingStanding(briefing(), strike({ approvals: [] }), NOW)).toBe('cancelled');
    expect(briefingStanding(briefing({ state: 'attempted' }), strike(), AIM)).toBe('in doubt');
    const doubts = [{ attempt: 1, recipient: 'abuse@lab.example', isLost: true }];
    expect(briefingStanding(briefing({ attempts: 2, doubts }), strike(), NOW)).toBe('approved');
    expect(briefingStanding(briefing({ attempts: 2, doubts }), strike(), AIM)).toBe('in doubt');
    expect(briefingStanding(briefing({ state: 'sent' }), strike(), AIM)).toBe('sent');
    expect(briefingStanding(briefing({ approvals: [said('cleo', 'counsel')] }), strike(), NOW)).toBe('half-approved');
  });
});

describe('an address is found in a text', () => {
  test.each(['198.51.100.7', 'see 198[.]51[.]100[.]7.', '198(.)51(.)100(.)7:443', '2001:db8::7', '2001[:]db8[:][:]7', '2001:db8[:]:7'])('%s', (text) => {
    expect(addressIn(`TLP:RED\n\n${text}\n`)).not.toBeNull();
  }); // prettier-ignore

  test.each(['+33 1 23.45.67.89.10', 'at 14:00 UTC', 'TLP:RED DRILL: x', 'version 1.2.3', 'desk@cert.example', '2026-11-24 15:00 Europe/Berlin'])('and none in %s', (text) => {
    expect(addressIn(`TLP:RED\n\n${text}\n`)).toBeNull();
  }); // prettier-ignore
});
