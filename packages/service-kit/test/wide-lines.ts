/** Lines that take more bytes than they have characters, some of them longer than what is written together. */
export function wideLines(): string[] {
  const mixed = 'a\u00e9\u20ac\u{1f600}';
  const widest = '\u20ac';
  return Array.from({ length: 500 }, (_, line) => {
    if (line % 50 === 0) return mixed.slice(line % 3).repeat(2_000);
    return line % 2 === 0 ? widest.repeat(line + 1) : mixed.slice(line % mixed.length).repeat(9);
  });
}
