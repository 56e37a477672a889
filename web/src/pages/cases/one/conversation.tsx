import { useState } from 'react';
import type { ReactNode } from 'react';
import { part, useRead } from '../../../api.ts';
import { texts } from '../../../texts/en.ts';
import { Loaded, Moment, State } from '../../../ui/parts.tsx';
import type { Mail, MailShown, Outgoing } from './contract.ts';

const T = texts.oneCase.conversation;

/** What left and what came in about its notice. */
export function Conversation({
  outgoing,
  mails,
}: {
  readonly outgoing: readonly Outgoing[];
  readonly mails: readonly Mail[];
}): ReactNode {
  const all = [
    ...outgoing.flatMap((one) => (one.sentAt === null ? [] : [{ at: one.sentAt, outgoing: one, mail: null }])),
    ...mails.map((mail) => ({ at: mail.receivedAt, outgoing: null, mail })),
  ].toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  if (all.length === 0) return <p className="empty">{T.none}</p>;
  return (
    <ol className="stack tight">
      {all.map(({ at, outgoing: out, mail }) => (
        <li key={out?.dispatchId ?? mail?.sha256} className={mail === null ? 'said' : 'said theirs'}>
          <p className="row spread"><Moment at={at} />{mail === null ? <State of={out?.state ?? null} /> : mail.class !== null && <span className="badge">{texts.review.mail.classes[mail.class] ?? mail.class}</span>}</p>
          {out !== null && <p>{out.kind} · {out.channel} → {out.to} <span className="quiet">{out.response}</span></p>}
          {mail !== null && <MailRead mail={mail} />}
        </li>
      ))}
    </ol>
  ); // prettier-ignore
}

function MailRead({ mail }: { readonly mail: Mail }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const shown = useRead<MailShown>(isOpen ? `/mail/${part(mail.sha256)}` : null);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{mail.fromAddress}: {mail.subject}</summary>
      {isOpen && (
        <Loaded query={shown}>
          {({ message }) => <><pre>{message.text}</pre>{message.textCut && <p className="quiet">{T.cut}</p>}</>}
        </Loaded>
      )}
    </details>
  ); // prettier-ignore
}
