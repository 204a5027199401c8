/** Text for XML and HTML, between tags and in quoted attributes alike; characters that XML can't hold are replaced. */
export const escapeMarkup = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff\p{Surrogate}]/gu, '\u{fffd}')
    .replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
