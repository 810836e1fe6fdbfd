/** Numbers in a form for people. The locale is not used, so the same run prints the same text everywhere. */

/** 1234567 as `1,234,567`. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A rate in three digits or so: `853`, `5.32k`, `52.3k`, `1.24M`. */
export function formatRate(value: number): string {
  if (value < 999.5) return String(Math.round(value));
  return value < 999_500 ? `${threeDigits(value / 1e3)}k` : `${threeDigits(value / 1e6)}M`;
}

function threeDigits(value: number): string {
  return value >= 99.95 ? String(Math.round(value)) : value.toFixed(value < 9.995 ? 2 : 1);
}

/** Nats per token, with four decimals: smaller differences are noise. */
export function formatLoss(nats: number): string {
  return nats.toFixed(4);
}

/** `3.44`, `120.7`, `10400`, `1.2e+9`. */
export function formatPerplexity(perplexity: number): string {
  if (!Number.isFinite(perplexity) || perplexity >= 1e6) return perplexity.toExponential(1).replace('Infinity', 'infinite');
  return perplexity.toFixed(perplexity < 100 ? 2 : perplexity < 1000 ? 1 : 0);
}

/** A learning rate or similar number, without the digits of floating-point errors. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** The lowest and the highest of some values: `0.2 to 3`, with those that are not finite in words. */
export function rangeOf(values: readonly number[], format: (value: number) => string): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return 'not finite';
  const range = `${format(Math.min(...finite))} to ${format(Math.max(...finite))}`;
  return finite.length === values.length ? range : `${range}, or not finite`;
}

/** Seconds as `8s`, `3m 05s`, `2h 07m`, `3d 04h`. */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  if (total < 60) return `${total}s`;
  if (total < 3600) return `${Math.floor(total / 60)}m ${two(total % 60)}s`;
  if (total < 86_400) return `${Math.floor(total / 3600)}h ${two((total % 3600) / 60)}m`;
  return `${Math.floor(total / 86_400)}d ${two((total % 86_400) / 3600)}h`;
}

/** `1 step`, `2 steps`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `853 bytes`, `12.3 kB`, `18.7 MB`, `4.0 GB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return plural(bytes, 'byte');
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
