import { memoryFile } from '../../domain/memory-file.ts';
import { csvRow } from '../../domain/csv-row.ts';
import { candidateReference } from '../../domain/fingerprint.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { plainText } from '../../domain/plain-text.ts';
import { problem } from '../../domain/problem.ts';
import type { CandidateView } from '../../ports/candidates.ts';
import type { InputFile } from '../../ports/input-files.ts';
import type { World } from '../../ports/world.ts';

/** Candidates that a person names, by id or the beginning of one; `all` those that wait. */
export async function namedCandidates(
  world: World,
  operation: Operation,
  named: readonly string[],
): Promise<readonly CandidateView[]> {
  const all = await world.store.read((transaction) => transaction.candidates(operation.id));
  const found = new Map<string, CandidateView>();
  for (const text of named) {
    const wanted = text.trim().toLowerCase();
    const meant = wanted.length < 8 ? [] : all.filter(({ candidateId }) => candidateId.startsWith(wanted));
    const [only] = meant;
    if (only === undefined || meant.length > 1) {
      throw problem(
        only === undefined ? 'not-found' : 'usage',
        only === undefined
          ? `no candidate has the id ${plainText(text, 60)}`
          : `several candidates begin with ${wanted}`,
        'dismantle candidates list shows ids; at least 8 characters of one are enough',
      );
    }
    found.set(only.candidateId, only);
  }
  return [...found.values()].toSorted((one, other) => (one.candidateId < other.candidateId ? -1 : 1));
}

/**
 * Accepted candidates of one source as the file that its source might have given: they go in by the way that every sighting
 * goes in by, and are refused by what refuses every sighting. The same candidates make the same bytes; those of another source others, so that each keeps
 * its group.
 */
export function acceptedFile(source: string, candidates: readonly CandidateView[]): InputFile {
  const rows = candidates.map(({ host, port, kind, value, seenAt }) =>
    csvRow([host, port, seenAt === null ? '' : isoInstant(seenAt), candidateReference(kind, value), source]),
  );
  const bytes = Buffer.from([csvRow(['server', 'port', 'last_seen', 'reference', 'seen_by']), ...rows].join(''));
  return memoryFile(plainText(`accepted candidates of ${source}`, 300), bytes);
}

/** On which line of that file each stands. */
export function lineOf(index: number): number {
  return index + 2;
}

/** Records what a person has said of candidates. Returns how many of them were not settled so already. */
export function settleCandidates(
  world: World,
  operation: Operation,
  candidates: readonly CandidateView[],
  words: { readonly as: 'accepted' | 'dismissed'; readonly person: string; readonly reason: string },
): Promise<number> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const by = speakerOf(await transaction.people(), words.person);
    const now = new Map((await transaction.candidates(operation.id)).map((each) => [each.candidateId, each.settledAs]));
    let settled = 0;
    for (const { candidateId } of candidates) {
      const before = now.get(candidateId);
      if (before === words.as) continue;
      if (before === 'accepted') throw acceptedBefore(candidateId);
      settled += 1;
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'candidate.settled',
        subject: candidateId,
        body: { schema: 1, operation: operation.id, as: words.as, reason: words.reason, by },
      });
    }
    return settled;
  });
}

function acceptedBefore(candidateId: string): Error {
  return problem(
    'refused',
    `the candidate ${candidateId.slice(0, 8)} was accepted before: it is a sighting now`,
    'Where it was wrong: dismantle retract the case, or import what its source takes back (a CSV with a column "change")',
  );
}
