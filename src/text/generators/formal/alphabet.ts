/** The first letters of the alphabet. */
export function letters(count: number): string[] {
  return [...'abcdefghijklmnopqrstuvwxyz'].slice(0, count);
}
