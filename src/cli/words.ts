/** Labels and paths come from file names: nothing in them may move the cursor, change colours or turn the line around. */
export function printable(text: string): string {
  return text.normalize('NFC').replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '\uFFFD');
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
