/*
 * Terminal columns of a character: 0 for one drawn over the previous character, 2 for East Asian wide and fullwidth characters and for
 * emoji (Unicode Standard Annex 11; JavaScript has no property for it, so scripts and ranges approximate it).
 */
const drawnOver = /[\p{Mn}\p{Me}\p{Cf}]/u;
const wide =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u1100-\u115f\ua960-\ua97c\uac00-\ud7a3\u3001-\u303e\u3105-\u312f\u3190-\u321e\u3220-\u3247\u3250-\u33ff\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6]/u;
const narrow = /[\uff61-\uff9f]/;

/** @param character one visible code point, not a control character */
export function columnsOf(character: string): 0 | 1 | 2 {
  if (character <= '~') return 1;
  if (drawnOver.test(character)) return 0;
  return wide.test(character) && !narrow.test(character) ? 2 : 1;
}
