import type { Instant } from '../../domain/instant.ts';
import { ProblemError } from '../../domain/problem.ts';
import { arm, disarm, findOperation } from '../../flow.ts';
import { reject, withdraw } from '../../flow/approvals.ts';
import { retract } from '../../flow/clock.ts';
import { sendDue } from '../../flow/sending.ts';
import type { Exercise } from '../play.ts';
import { seededKey } from '../seeded-key.ts';
import { rawMail } from '../world/raw-mail.ts';
import type { Books, Handed } from './books.ts';
import { readEdition } from './books.ts';
import type { Fault } from './fault.ts';
import { isServing } from './trouble.ts';

/*
 * Faults that somebody commits: strangers, desks, feeds, people of the house, operators.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Enters into the agenda what somebody does at its moment. */
export function enterDeeds(exercise: Exercise, books: Books, faults: readonly Fault[]): void {
  const { begins } = exercise.scenario;
  for (const [index, fault] of faults.entries()) {
    if (!('atMinute' in fault)) continue;
    const deed = deedOf(exercise, books, fault, index);
    if (deed !== null) persist(exercise, begins + fault.atMinute * MINUTE_MS, `${fault.fault} ${index}`, deed);
  }
}

/** What a person meant to do is done once it can be. */
function persist(exercise: Exercise, at: Instant, what: string, deed: () => Promise<void> | void): void {
  exercise.agenda.add(at, what, async () => {
    try {
      await deed();
    } catch (cause) {
      // What the product refuses is no fault of its; where it died or its database was away, the person tries again.
      if (cause instanceof ProblemError && cause.problem.code !== 'database') {
        exercise.tell(`refused: ${cause.message}`);
        return;
      }
      persist(exercise, exercise.time.now() + 10 * MINUTE_MS, what, deed);
      throw cause;
    }
  });
}

function deedOf(exercise: Exercise, books: Books, fault: Fault, index: number): (() => Promise<void> | void) | null {
  if (fault.fault === 'forged-mail') return () => forge(exercise, books, fault, index);
  if (fault.fault === 'contest') return () => contest(exercise, books, fault.pick, index);
  if (fault.fault === 'feed') return () => contradict(exercise, books, fault, index);
  if (fault.fault === 'person') return () => act(exercise, books, fault);
  if (fault.fault === 'return') return () => comeBack(exercise, fault.pick);
  return null;
}

function chosen<Item>(items: readonly Item[], pick: number): Item | null {
  return items[Math.floor(pick * items.length)] ?? null;
}

function noticesOf({ handed, dispatches }: Books): readonly Handed[] {
  const ids = new Set(
    [...dispatches.values()].filter(({ kind }) => kind === 'notice').map(({ messageId }) => messageId),
  );
  return handed.filter(({ messageId }) => ids.has(messageId));
}

function forge(
  exercise: Exercise,
  books: Books,
  { says, knows, pick }: Extract<Fault, { fault: 'forged-mail' }>,
  index: number,
): void {
  const notice = chosen(noticesOf(books), pick);
  if (notice === null) return;
  const text = {
    claim: 'Hello,\n\nthe server has been suspended.\n\nRegards',
    contest: 'Hello,\n\nwe dispute this report: that is a legitimate customer.\n\nRegards',
    'hands-off': 'Hands off. This address is our sinkhole.',
    bounce: `Delivery to the following recipient failed permanently: ${notice.to}\n550 5.1.1 no such user`,
  }[says];
  const bytes = rawMail({
    from: says === 'bounce' ? 'mailer-daemon@stranger.example' : notice.to,
    to: 'desk@cert.example',
    subject: says === 'bounce' ? 'Undelivered Mail Returned to Sender' : 'Re: your report',
    messageId: `forged-${index}@stranger.example`,
    inReplyTo: knows ? notice.messageId : null,
    at: exercise.time.now(),
    text,
    isAutomatic: says === 'bounce',
  });
  exercise.tell(`a stranger writes as ${notice.to}: ${says}${knows ? ', with a Message-ID of ours' : ''}`);
  exercise.team.received(Buffer.concat([Buffer.from('X-Exercise-Forged: yes\r\n'), bytes]), notice.to);
}

function contest(exercise: Exercise, books: Books, pick: number, index: number): void {
  const notice = chosen(noticesOf(books), pick);
  if (notice === null) return;
  const bytes = rawMail({
    from: notice.to,
    to: 'desk@cert.example',
    subject: 'Re: your notice',
    messageId: `contest-${index}@${notice.to.slice(notice.to.lastIndexOf('@') + 1)}`,
    inReplyTo: notice.messageId,
    at: exercise.time.now(),
    text: 'Hello,\n\nwe contest this. The server belongs to a legitimate customer.\n\nRegards',
    isAutomatic: false,
  });
  exercise.tell(`${notice.to} contests our notice`);
  exercise.team.received(bytes, notice.to);
}

/** A feed says of a server what it has not said so far, or takes it back. */
function contradict(
  exercise: Exercise,
  books: Books,
  { says, pick }: Extract<Fault, { fault: 'feed' }>,
  index: number,
): void {
  const feed = chosen(exercise.scenario.feeds.slice(0, 2), (pick * 7) % 1);
  const machine = chosen(exercise.internet.controllers(), pick);
  if (feed === null || machine === null) return;
  const now = exercise.time.now();
  const host = machine.name ?? machine.address;
  const seen = new Date(now - 5 * MINUTE_MS).toISOString();
  const change = says === 'withdraw' ? 'removed' : '';
  const status = says === 'offline' || says === 'online' ? says : '';
  const kind = says === 'kind' ? 'iot-device' : '';
  const text = `host,port,last_seen,evidence,malware,kind,status,change\n${host},${machine.port},${seen},${feed.evidence},${exercise.scenario.malware},${kind},${status},${change}\n`;
  const edition = { feed, at: now, number: 900 + index, name: `${feed.name}-says-${index}.csv`, text, hosts: [host] };
  books.editions.set(edition.name, readEdition(feed, text, now));
  exercise.tell(`${feed.name} says of ${host}: ${says}`);
  exercise.team.published(edition);
}

async function act(
  exercise: Exercise,
  books: Books,
  { does, pick }: Extract<Fault, { fault: 'person' }>,
): Promise<void> {
  const { world, sources, setupFor } = exercise.desktop;
  const { name } = exercise.scenario;
  const key = (person: string): ReturnType<typeof seededKey>['signing'] =>
    seededKey(`exercise ${name} ${person}`).signing;
  const reason = 'the simulation';
  const now = exercise.time.now();
  switch (does) {
    case 'reject': {
      const notice = chosen(openNotices(books), pick);
      if (notice === null) return;
      await reject(world, key('Cleo Counsel'), notice.reference, name, { person: 'Cleo Counsel', reason });
      exercise.tell(`Cleo Counsel rejects ${notice.reference}`);
      return;
    }
    case 'withdraw': {
      const notice = chosen(
        openNotices(books).filter(({ approved }) => approved.has('erika approver')),
        pick,
      );
      if (notice === null) return;
      await withdraw(world, key('Erika Approver'), notice.reference, name, { person: 'Erika Approver', reason });
      exercise.tell(`Erika Approver takes back the approval of ${notice.reference}`);
      return;
    }
    case 'retract': {
      const sent = new Set(noticesOf(books).map(({ messageId }) => messageId));
      const notice = chosen(
        [...books.notices.values()].filter(({ messageId }) => sent.has(messageId)),
        pick,
      );
      const told = notice === null ? null : chosen(books.hostsOf(notice), (pick * 13) % 1);
      if (told === null) return;
      if (!books.retracted.some(({ caseId }) => caseId === told.caseId)) {
        await retract(world, key('Cleo Counsel'), sources, name, { name: 'Cleo Counsel', target: told.caseId, reason });
        exercise.tell(`Cleo Counsel retracts ${told.host}`);
      }
      await sendDue(world, setupFor(await findOperation(world, name)), sources, false);
      return;
    }
    case 'disarm':
    case 'short-arming': {
      await disarm(world, name, { person: 'Alma Admin', reason });
      if (does === 'short-arming')
        await arm(world, key('Alma Admin'), name, { person: 'Alma Admin', reason, until: now + 10 * MINUTE_MS });
      exercise.tell(does === 'disarm' ? 'Alma Admin disarms the operation' : 'Alma Admin arms for ten minutes only');
      persist(exercise, now + 50 * MINUTE_MS, 'Alma Admin arms again', async () => {
        const until = Math.min(exercise.time.now() + 5 * 24 * HOUR_MS, exercise.scenario.ends + 24 * HOUR_MS);
        await arm(exercise.world, key('Alma Admin'), name, { person: 'Alma Admin', reason, until });
      });
    }
  }
}

function openNotices({
  notices,
  handed,
}: Books): readonly { reference: string; approved: ReadonlyMap<string, unknown> }[] {
  const sent = new Set(handed.map(({ messageId }) => messageId));
  return [...notices.values()].filter(({ messageId, isWithdrawn }) => !sent.has(messageId) && !isWithdrawn);
}

function comeBack(exercise: Exercise, pick: number): void {
  const down = exercise.internet
    .controllers()
    .filter(
      (machine) => machine.downAt !== null && machine.downBy !== 're-let' && !isServing(exercise, machine.address),
    );
  const machine = chosen(down, pick);
  if (machine === null) return;
  machine.downAt = null;
  machine.downBy = null;
  exercise.tell(`${machine.name ?? machine.address} serves again`);
}
