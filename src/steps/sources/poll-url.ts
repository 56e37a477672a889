import type { InputFile } from '../../ports/input-files.ts';
import { conditionsOf, PollFailure, reasonOf, validatorsOf } from './poll.ts';
import type { Poll } from './poll.ts';

/** A file of any format that intake reads, packed or not; asked for only where it has changed. */
export async function pollUrl(poll: Poll): Promise<void> {
  const { source, parts, place } = poll;
  const received = await parts.receive(source.name);
  try {
    const answer = await poll.get(
      source.url,
      // What a person accepts has not changed since it was shown.
      { accept: '*/*', ...(parts.accepting === null ? conditionsOf(place) : {}) },
      { take: (piece) => received.take(piece) },
    );
    if (answer.status === 304) return;
    if (answer.status !== 200) throw poll.refusal(answer);
    const files = await received.files();
    if (!files.ok) throw new PollFailure(files.problem.message, false);
    if (source.words.snapshot === true && files.value.length !== 1) {
      throw new PollFailure(`it holds ${files.value.length} files, of which none is the whole snapshot`, false);
    }
    const isPage = answer.headers['content-type']?.startsWith('text/html') === true;
    if (isPage && files.value.some(beginsAsPage)) {
      throw new PollFailure(`${new URL(answer.url).host} answers with a page for people, no feed`, false);
    }
    await takeAll(poll, files.value, { ...validatorsOf(answer) });
  } finally {
    await received.drop();
  }
}

async function takeAll(poll: Poll, files: readonly InputFile[], validators: Poll['place']): Promise<void> {
  const before = poll.place;
  let failure: PollFailure | null = null;
  for (const [index, file] of files.entries()) {
    try {
      // What was left out is asked for again: only the whole of it moves on.
      const isWhole = index === files.length - 1 && failure === null;
      await poll.take(file, poll.source.words, isWhole ? validators : before);
    } catch (cause) {
      failure = new PollFailure(reasonOf(cause), false);
      poll.leaveOut(failure.message);
    }
  }
  if (failure !== null && poll.imports.length === 0) throw failure;
}

function beginsAsPage({ head }: InputFile): boolean {
  return /^\s*<(!doctype html|html)/i.test(new TextDecoder().decode(head.subarray(0, 1000)));
}
