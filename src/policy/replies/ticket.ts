/** Our own reference, as notices bear it in their subject: "DSM-7K3Q9FXC". */
const OUR_TOKEN = /(?<![\p{L}\p{N}-])DSM-[0-9A-Z]{4,16}(?![\p{L}\p{N}-])/giu;

/** A number that a desk's software gives: digits, with letters, dashes and dots between. At least three digits. */
const NUMBER = String.raw`[A-Z]{0,10}[-_.]?\d[\dA-Z._-]{1,30}`;
const PATTERNS: readonly RegExp[] = [
  // [#12345], [ABUSE #12345], [Ticket#2026112800012]: RT, OTRS and their like.
  new RegExp(String.raw`\[[^\[\]#]{0,40}#\s?(${NUMBER})\]`, 'i'),
  // Ticket-ID: X, Ticket X, Case #X, Vorgang X, Обращение №X.
  new RegExp(
    String.raw`(?:ticket|case|incident|request|reference|vorgang|fall|caso|chamado|protocolo|incidente|dossier|demande|тикет|заявка|обращение|запрос)[\s_-]{0,2}(?:id|no|nr|number|nummer|número|numero|номер)?\.?\s{0,2}[:#№°]{0,2}\s{0,2}(${NUMBER})`,
    'iu',
  ),
  // [ABC-123456]: Jira and its like.
  /\[([A-Z]{2,10}-\d{2,12})\]/i,
  /(?<![\p{L}\p{N}])#(\d{4,20})(?![\p{L}\p{N}])/u,
];

/** Our references in a subject, in capitals. Nowhere else: whoever quotes our text would name it. */
export function tokensIn(subject: string): readonly string[] {
  return [...new Set([...subject.matchAll(OUR_TOKEN)].map(([token]) => token.toUpperCase()))].slice(0, 5);
}

/** The provider's own number for this conversation, from the subject or a line that begins with it; null where none is. */
export function ticketIn(subject: string, text: string): string | null {
  const bare = subject.replaceAll(OUR_TOKEN, ' ').replaceAll('[ ]', ' ');
  return numberIn(bare) ?? lineTicket(text);
}

function numberIn(text: string): string | null {
  for (const pattern of PATTERNS) {
    const number = pattern
      .exec(text)?.[1]
      ?.replace(/[-_.]+$/, '')
      .toUpperCase();
    if (number !== undefined && (number.match(/\d/g) ?? []).length >= 3) return number;
  }
  return null;
}

const TICKET_LINE =
  /^\s{0,3}(?:ticket|case|incident)[\s_-]{0,2}(?:id|no|nr|number|nummer)\.?\s{0,2}[:#]\s{0,3}#?([\dA-Z][\dA-Z._-]{2,30})\s*$/im;

function lineTicket(text: string): string | null {
  const number = TICKET_LINE.exec(text.slice(0, 4000))?.[1]?.toUpperCase();
  return number !== undefined && /\d{3}/.test(number) && !number.startsWith('DSM-') ? number : null;
}
