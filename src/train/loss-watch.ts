/** A warning follows when the mean loss exceeds this multiple of the loss of chance, so many times in succession. */
const HIGH_LOSS = 3;
const HIGH_LINES = 5;

/**
 * Returns a function that gets each mean loss of a session, and says whether to warn now that losses stay high: once in a session.
 * @param lossOfChance ln V
 */
export function createLossWatch(lossOfChance: number): (meanLoss: number) => boolean {
  let highLines = 0;
  let hasWarned = false;
  return (meanLoss) => {
    highLines = meanLoss > HIGH_LOSS * lossOfChance ? highLines + 1 : 0;
    if (highLines !== HIGH_LINES || hasWarned) return false;
    hasWarned = true;
    return true;
  };
}
