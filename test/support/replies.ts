import type { ReplyClass } from '../../src/domain/reply.ts';

/** A reply as a desk might write it, invented here: header fields, words, and what a careful person takes it for. */
export interface MadeUpReply {
  readonly name: string;
  readonly class: ReplyClass;
  readonly subject?: string;
  readonly fields?: readonly string[];
  readonly text: string;
}

export const MADE_UP_REPLIES: readonly MadeUpReply[] = [
  // English
  { name: 'en-1', class: 'acknowledgement', text: 'Hello,\n\nthank you for your report. We are looking into this and have\nnotified our customer.\n\nRegards,\nAbuse desk' },
  { name: 'en-2', class: 'action-claimed', text: 'Hi,\n\nThe server has been suspended.\n\nBest,\nJo' },
  { name: 'en-3', class: 'action-claimed', text: 'We have null-routed the address and terminated the account. Thanks for reporting.' },
  { name: 'en-4', class: 'question', text: 'The server has not been suspended, because the customer did not answer yet.' },
  { name: 'en-5', class: 'acknowledgement', text: 'Thank you for your report. The server will be suspended once the customer has had 24 hours to react.' },
  { name: 'en-6', class: 'question', text: 'Could you please send us full logs with timestamps? The excerpt is too short.' },
  { name: 'en-7', class: 'refusal', text: 'We will not take action on this report. We only act on a court order.' },
  { name: 'en-8', class: 'refusal', text: 'That address is not hosted by us. Please contact the registrant of the network.' },
  { name: 'en-9', class: 'contest', text: 'Hello, this is our customer’s legitimate server. Your report is wrong, we dispute it.' },
  { name: 'en-10', class: 'contest', text: 'We have suspended the server as a precaution, but we believe it is a false positive.' },
  { name: 'en-11', class: 'contest', text: '192.0.2.7 is our sinkhole. Please leave it alone.' },
  { name: 'en-12', class: 'auto-acknowledgement', subject: '[#482913] Your request was received', fields: ['Auto-Submitted: auto-replied'], text: 'Your ticket number is 482913. Please do not reply to this message.' },
  { name: 'en-13', class: 'auto-acknowledgement', subject: 'Automatic reply: Botnet controller', text: 'I am out of the office until Monday.' },
  { name: 'en-14', class: 'auto-acknowledgement', fields: ['Auto-Submitted: auto-generated'], text: 'Server removed. This message was automatically generated.' },
  { name: 'en-15', class: 'auto-acknowledgement', text: 'This is an automated response. If you believe that this was closed in error or is a false positive, open a new ticket.' },
  { name: 'en-16', class: 'question', fields: ['Precedence: bulk'], text: 'We do not accept reports by mail. Please use our web form.' },
  { name: 'en-17', class: 'question', text: 'Noted by Bob, see above.' },
  { name: 'en-18', class: 'refusal', text: 'We have removed 192.0.2.7. For 192.0.2.9 we are unable to act: it is not our customer.' },
  { name: 'en-19', class: 'question', text: 'Has the server been removed on your side?' },
  { name: 'en-20', class: 'action-claimed', text: 'The issue has been resolved.\n\n> We will not take action\n> is it a false positive?' },
  { name: 'en-21', class: 'acknowledgement', text: 'Forwarded to the customer, thanks for reporting.\n\n-----Original Message-----\nFrom: desk\nThis server was suspended.' },
  // German
  { name: 'de-1', class: 'acknowledgement', text: 'Guten Tag,\n\nvielen Dank für Ihre Meldung. Wir haben den Kunden informiert.\n\nMit freundlichen Grüßen' },
  { name: 'de-2', class: 'action-claimed', text: 'Guten Tag, der Server wurde gesperrt. Viele Grüße' },
  { name: 'de-3', class: 'action-claimed', text: 'Wir haben das System heute Nacht vom Netz genommen.' },
  { name: 'de-4', class: 'question', text: 'Der Server wurde noch nicht gesperrt.' },
  { name: 'de-5', class: 'question', text: 'Bitte senden Sie uns Zeitstempel und Quellport.' },
  { name: 'de-6', class: 'refusal', text: 'Ohne richterlichen Beschluss können wir hier nicht tätig werden.' },
  { name: 'de-7', class: 'contest', text: 'Das ist ein Fehlalarm, der Dienst ist nicht bösartig.' },
  { name: 'de-8', class: 'contest', text: 'Wir widersprechen Ihrer Darstellung. Der Server wurde dennoch vorläufig gesperrt.' },
  { name: 'de-9', class: 'auto-acknowledgement', subject: 'Eingangsbestätigung [Ticket#2026112810000123]', text: 'Diese Nachricht wurde automatisch erstellt. Ihre Ticketnummer lautet 2026112810000123.' },
  { name: 'de-10', class: 'acknowledgement', text: 'Danke für den Hinweis, wir prüfen das. Sobald der Kunde antwortet, wird der Server gesperrt.' },
  // Spanish
  { name: 'es-1', class: 'acknowledgement', text: 'Buenos días:\n\nGracias por su reporte. Estamos investigando.\n\nUn saludo' },
  { name: 'es-2', class: 'action-claimed', text: 'Hola, el servidor ha sido suspendido. Saludos.' },
  { name: 'es-3', class: 'action-claimed', text: 'Hemos bloqueado la dirección indicada.' },
  { name: 'es-4', class: 'question', text: '¿Podrían enviar más información, por favor?' },
  { name: 'es-5', class: 'refusal', text: 'Sin una orden judicial no podemos suspender el servicio.' },
  { name: 'es-6', class: 'contest', text: 'Se trata de un falso positivo: es un servidor legítimo de nuestro cliente.' },
  { name: 'es-7', class: 'auto-acknowledgement', subject: 'Respuesta automática: aviso', text: 'Este es un mensaje automático. Su número de ticket es 77120.' },
  { name: 'es-8', class: 'question', text: 'El servidor no ha sido suspendido todavía.' },
  // Portuguese
  { name: 'pt-1', class: 'acknowledgement', text: 'Olá,\n\nrecebemos a sua notificação e o cliente foi notificado.\n\nObrigado' },
  { name: 'pt-2', class: 'action-claimed', text: 'Prezados, o servidor foi suspenso hoje.' },
  { name: 'pt-3', class: 'action-claimed', text: 'Desligamos a máquina. O caso foi resolvido.' },
  { name: 'pt-4', class: 'question', text: 'Poderiam fornecer os registros com horário?' },
  { name: 'pt-5', class: 'refusal', text: 'Só agimos mediante ordem judicial.' },
  { name: 'pt-6', class: 'contest', text: 'Discordamos: trata-se de um serviço legítimo, não é malicioso.' },
  { name: 'pt-7', class: 'auto-acknowledgement', text: 'Esta é uma mensagem automática. O número do chamado é 55231.' },
  { name: 'pt-8', class: 'question', text: 'O servidor não foi suspenso.' },
  // Russian
  { name: 'ru-1', class: 'acknowledgement', text: 'Здравствуйте!\n\nСпасибо за обращение. Мы уведомили клиента и проверяем.\n\nС уважением' },
  { name: 'ru-2', class: 'action-claimed', text: 'Здравствуйте, сервер заблокирован.' },
  { name: 'ru-3', class: 'action-claimed', text: 'Добрый день! Услуга приостановлена, меры приняты.' },
  { name: 'ru-4', class: 'question', text: 'Сервер пока не заблокирован.' },
  { name: 'ru-5', class: 'question', text: 'Пришлите, пожалуйста, логи с указанием времени.' },
  { name: 'ru-6', class: 'refusal', text: 'Мы не можем заблокировать сервер без решения суда.' },
  { name: 'ru-7', class: 'contest', text: 'Это ложное срабатывание, мы оспариваем вашу жалобу.' },
  { name: 'ru-8', class: 'contest', text: 'Сервер отключён, но мы с вами не согласны: это легитимный сервер.' },
  { name: 'ru-9', class: 'auto-acknowledgement', text: 'Это автоматическое уведомление. Вашему обращению присвоен номер 90211.' },
  { name: 'ru-10', class: 'acknowledgement', text: 'Ваша жалоба получена. Если клиент не ответит, сервер будет отключен.' },
  // French
  { name: 'fr-1', class: 'acknowledgement', text: 'Bonjour,\n\nmerci pour votre signalement, nous avons bien reçu votre message.\n\nCordialement' },
  { name: 'fr-2', class: 'action-claimed', text: 'Bonjour, le serveur a été suspendu.' },
  { name: 'fr-3', class: 'action-claimed', text: 'Nous avons coupé l’accès ce matin.' },
  { name: 'fr-4', class: 'question', text: 'Pourriez-vous nous transmettre les journaux ?' },
  { name: 'fr-5', class: 'refusal', text: 'Nous ne pouvons pas donner suite sans décision de justice.' },
  { name: 'fr-6', class: 'contest', text: 'Il s’agit d’un faux positif, nous contestons ce signalement.' },
  { name: 'fr-7', class: 'auto-acknowledgement', subject: 'Réponse automatique', text: 'Ceci est un message automatique. Un ticket a été créé.' },
  { name: 'fr-8', class: 'question', text: "Le serveur n'a pas été suspendu à ce jour." },
]; // prettier-ignore

/** The reply as a raw message. */
export function rawReply(
  {
    subject = 'Re: [DSM-7K3Q9FXC] Botnet controller',
    fields = [],
    text,
  }: Pick<MadeUpReply, 'subject' | 'fields' | 'text'>,
  more: readonly string[] = [],
): Uint8Array {
  const head = [
    ...([...fields, ...more].some((line) => /^from:/i.test(line)) ? [] : ['From: Abuse desk <abuse@host.example>']),
    'To: desk@cert.example',
    `Subject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=`,
    'Date: Mon, 23 Nov 2026 13:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    ...fields,
    ...more,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text.replaceAll('\n', '\r\n')}\r\n`);
}
