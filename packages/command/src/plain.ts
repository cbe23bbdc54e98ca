/** Makes external text safe for a terminal: one line, with each run of control and format characters shown as `?`. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, '?');
