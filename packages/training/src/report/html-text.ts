const escapes: Record<string, string> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;' },
  ...{ '"': '&quot;', "'": '&#39;' },
};

/** For text and for attributes in quotes; a figure and its percent sign stay on one line. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => escapes[sign]!).replace(/(?<=\d) %/g, '&nbsp;%');
}
