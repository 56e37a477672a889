import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part } from '../../api.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { Moment, State } from '../../ui/parts.tsx';
import type { MailHead, Outgoing } from '../review/contract.ts';
import { Mail } from '../review/mail.tsx';
import type { ProviderFile } from './contract.ts';

const T = texts.providers.talk;

type Said =
  | { readonly at: string | null; readonly out: Outgoing; readonly mail?: undefined }
  | { readonly at: string; readonly mail: MailHead; readonly out?: undefined };

/** Notice by notice, the newest first: what left and what came, in the order in which it did. */
export function Conversations({ file, operation, me }: PageProps & { readonly file: ProviderFile }): ReactNode {
  const { drafted, outgoing, mail } = file;
  if (drafted.length === 0) return <p className="quiet">{T.empty}</p>;
  const notices = drafted.toSorted((one, other) => (one.draftedAt < other.draftedAt ? 1 : -1));
  return (
    <div className="stack">
      {notices.map(({ noticeId, reference, method, state, items, draftedAt }) => {
        const said = inOrder(
          outgoing.filter((each) => each.noticeId === noticeId),
          mail.filter((each) => each.noticeId === noticeId),
        );
        return (
          <section key={noticeId} className="matter stack tight" aria-label={reference}>
            <p className="row">
              <Link href={`/${part(operation)}/review/${part(reference)}`}><strong>{reference}</strong></Link> <State of={state} />
              <span className="quiet">{method.replaceAll('-', ' ')}, {texts.review.servers(items)}, {T.drafted} <Moment at={draftedAt} /></span>
            </p>
            {said.length === 0 && <p className="quiet">{T.nothing}</p>}
            <ol className="stack tight talk">
              {said.map((each) => (each.out === undefined
                ? <li key={each.mail.sha256} className="theirs"><p className="quiet">{T.in}</p><Mail mail={each.mail} me={me} /></li>
                : <li key={each.out.dispatchId}><p className="quiet">{T.out}</p><Left out={each.out} /></li>))}
            </ol>
          </section>
        );
      })}
    </div>
  ); // prettier-ignore
}

/** What has not left yet stands last. */
function inOrder(outgoing: readonly Outgoing[], mail: readonly MailHead[]): readonly Said[] {
  const said: Said[] = [
    ...outgoing.map((out) => ({ at: out.sentAt, out })),
    ...mail.map((each) => ({ at: each.receivedAt, mail: each })),
  ];
  return said.toSorted((one, other) => (one.at ?? '~').localeCompare(other.at ?? '~'));
}

function Left({ out }: { readonly out: Outgoing }): ReactNode {
  const { kind, channel, state, to, response, attempts, sentAt, nextAt } = out;
  return (
    <div className="mail ours stack tight">
      <p className="row spread">
        <strong>{T.kinds[kind] ?? kind}</strong>
        {sentAt !== null ? <Moment at={sentAt} /> : <span className="quiet">{nextAt === null ? T.waits : <>{T.next} <Moment at={nextAt} /></>}</span>}
      </p>
      <p className="row">
        <State of={state} /> <span className="quiet">{channel}, {T.to} <code>{to}</code>{attempts > 0 && `, ${T.attempts(attempts)}`}</span>
      </p>
      {response !== null && <p className={state === 'failed' ? 'bad' : 'quiet'}>{response}</p>}
    </div>
  ); // prettier-ignore
}
