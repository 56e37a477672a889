/** Characters that no markup takes: XML 1.0 section 2.2 leaves them out, and nothing in a paper needs them. */
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\p{Cs}/gu;

/** Text as it stands in an element or in a quoted attribute of HTML, SVG or XML. */
export function markupText(text: string): string {
  return text
    .replaceAll(UNFIT, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** An id, or a link to one; nothing but what we make ourselves passes. */
export function anchorText(id: string): string {
  return id.replaceAll(/[^\w-]/g, '-');
}
