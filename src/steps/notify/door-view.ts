import { CHECK_EVERY_MS } from '../../domain/door.ts';
import type { DoorContent, DoorItem } from '../../domain/door.ts';
import type { CheckResult, DoorItemView, DoorView, StandingAtDoor } from '../../domain/door-view.ts';
import { bindsToAct } from '../../domain/method.ts';
import { defang } from '../../domain/defang.ts';
import { parseInstant } from '../../domain/instant.ts';
import type { AskGroup, ItemEvidence, NoticeItem } from '../../domain/notice.ts';
import type { Sender } from '../../domain/operation.ts';
import type { FoundDoor, ServerAtDoor } from '../../ports/door.ts';
import { namesOf } from './asks.ts';
import { datedWords, endpointExact, endpointWords, leftOutWords, spanOf } from './item-facts.ts';
import type { NoticeWords } from './notice-words.ts';
import { silenceSteps, waysToVerify } from './sender-words.ts';
import { askSentence, lawWords, observedWords, saidOrder, sourceWords } from './wording.ts';

/** What the door shows, in the words that notices use in that language. */
export function doorView({ notice, state }: FoundDoor, language: string, words: NoticeWords): DoorView {
  const { content, check } = notice;
  const stands = new Map(notice.servers.map((server) => [server.caseId, server]));
  const items = content.items.map((item) => itemView(content, item, stands.get(item.caseId) ?? null, words));
  const deadlines = items.filter(({ standing }) => standing !== 'retracted').map(({ deadlineAt }) => deadlineAt);
  const known = deadlines.filter((moment) => moment !== null);
  return {
    state,
    language,
    content,
    capacity: words.say(`capacity.${content.capacity}`),
    malware:
      content.malware === null ? words.say('malware.unnamed') : words.say('malware.named', { name: content.malware }),
    sentAt: notice.sentAt,
    expiresAt: notice.expiresAt,
    isContested: notice.contestedAt !== null,
    isProbingOn: notice.isProbingOn,
    deadlineAt: known.length === 0 ? null : Math.min(...known),
    items,
    said: notice.said,
    found: notice.found,
    silence: content.silence === undefined || content.silence === null ? [] : silenceSteps(words, content.silence),
    ways: waysToVerify(words, senderOf(content)),
    check:
      check === null
        ? null
        : {
            askedAt: check.askedAt,
            isDone: items.every((item) => item.check !== 'pending'),
            nextAt: check.askedAt + CHECK_EVERY_MS,
          },
  };
}

function itemView(content: DoorContent, item: DoorItem, server: ServerAtDoor | null, words: NoticeWords): DoorItemView {
  const { group, asks, law, binding } = item;
  const asked: AskGroup = {
    group,
    asks,
    law,
    binding,
    deadlineHours: null,
    names: namesOf(noticeItem(item)),
    hosts: [item.host],
  };
  const about = { namesOnly: item.hostType !== 'address', isLine: content.method === 'isp-remediation' };
  const sender = senderOf(content);
  return {
    id: item.reportId,
    host: item.host,
    hostType: item.hostType,
    place: defang(item.host),
    names: item.names.map((name) => defang(name)),
    kind: words.say(`kind.${item.kind}`),
    endpoints: item.endpoints.map((endpoint) => ({
      shown: endpointWords(noticeItem(item), endpoint),
      exact: endpointExact(noticeItem(item), endpoint),
    })),
    leftOut: leftOutWords(words, noticeItem(item)),
    asks: saidOrder(asked).map((ask) => askSentence(words, ask, asked, about)),
    law: lawWords(law),
    binding: bindsToAct(content.method, binding),
    deadlineAt: item.deadlineAt === null ? null : parseInstant(item.deadlineAt),
    evidence: noticeItem(item).evidence.map((entry) => ({
      observed: observedWords(words, entry, sender),
      source: sourceWords(words, entry, sender),
      dated: datedWords(words, spanOf([entry])),
    })),
    standing: standingOf(server),
    lookedAt: server?.look?.at ?? null,
    darkAt: server?.verdict === 'dark' ? server.darkAt : null,
    confirmedAt: server?.verdict === 'dark' ? server.confirmedAt : null,
    check: resultOf(server),
  };
}

function standingOf(server: ServerAtDoor | null): StandingAtDoor {
  if (server === null) return 'not-looked-at';
  if (server.isRetracted) return 'retracted';
  return server.look?.outcome ?? server.verdict ?? 'not-looked-at';
}

/** The newest look since it was asked for. One that told nothing is told as that. */
function resultOf(server: ServerAtDoor | null): CheckResult | null {
  if (server === null || server.askedAt === null) return null;
  if (server.look !== null && server.look.at >= server.askedAt) {
    const { outcome } = server.look;
    return outcome === 'live' || outcome === 'c2-live' ? 'answers' : outcome;
  }
  return server.lookedAt !== null && server.lookedAt >= server.askedAt ? 'inconclusive' : 'pending';
}

/** In the form in which the words of notices take it. */
export function noticeItem(item: DoorItem): NoticeItem {
  return { ...item, evidence: item.evidence.map(evidenceOf) };
}

function evidenceOf({ class: evidenceClass, own, ...entry }: DoorItem['evidence'][number]): ItemEvidence {
  return {
    ...entry,
    ...(evidenceClass === null ? {} : { class: evidenceClass }),
    ...(own ? { own } : {}),
  };
}

export function senderOf(content: DoorContent): Sender {
  const { organisation, email, contestEmail, phone, capacity } = content;
  const { website = null, dkimDomain = null, signsWithSmime = false, keysAt = null } = content;
  return { organisation, email, contestEmail, phone, capacity, website, dkimDomain, signsWithSmime, keysAt };
}
