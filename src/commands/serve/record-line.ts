import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import type { RequestRecord } from '../../serve/exchange.js';

/** A line of the log, as text for people or as JSON. */
export function recordLine({ time, seconds, usage, ...record }: RequestRecord, form: 'text' | 'json'): string {
  const at = new Date(time).toISOString();
  const took = Number(seconds.toFixed(3));
  if (form === 'json')
    return terminalSafeJson(
      { time: at, ...record, seconds: took, ...(usage && { promptTokens: usage.prompt, completionTokens: usage.completion }) },
      0,
    );
  const { method, route, status, model, error } = record;
  const tokens = usage && `${usage.prompt} + ${usage.completion} tokens`;
  return [at, status, method, route, `${took} s`, model, tokens, error].filter((part) => part !== undefined).join('  ');
}
