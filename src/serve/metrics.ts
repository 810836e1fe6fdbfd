/** A metric with one value for each combination of its labels. */
interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
}

type Labels = Readonly<Record<string, string | number>>;

/** Upper bounds of the buckets of durations, in seconds. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600];

/** What the server counts, in the text format of Prometheus. */
export interface ServerMetrics {
  request(route: string, status: number, seconds: number): void;
  tokens(model: string, kind: 'prompt' | 'completion', count: number): void;
  /** The seconds from a request to the first event of its answer. */
  firstEvent(model: string, seconds: number): void;
  /** @param gauges values of this moment */
  text(gauges: Iterable<Gauge>): string;
}

/** A value of this moment. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly labels: Labels;
  readonly value: number;
}

interface Histogram {
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** Labels come from the routes and the names of models, never from a request, so that their number is bounded. */
export function createMetrics(): ServerMetrics {
  const requests = new Map<string, number>();
  const tokens = { prompt: new Map<string, number>(), completion: new Map<string, number>() };
  const durations = new Map<string, Histogram>();
  const firstEvents = new Map<string, Histogram>();
  const add = (counts: Map<string, number>, labels: Labels, value: number) => {
    const key = labelText(labels);
    counts.set(key, (counts.get(key) ?? 0) + value);
  };
  const counter = (name: string, help: string, counts: ReadonlyMap<string, number>) => [
    ...head({ name, help, type: 'counter' }),
    ...[...counts].map(([labels, value]) => `${name}{${labels}} ${value}`),
  ];
  return {
    request(route, status, seconds) {
      add(requests, { route, status }, 1);
      observe(durations, { route }, seconds);
    },
    tokens: (model, kind, count) => add(tokens[kind], { model }, count),
    firstEvent: (model, seconds) => observe(firstEvents, { model }, seconds),
    text(gauges) {
      const lines = [
        ...counter('textloom_requests_total', 'Answered requests', requests),
        ...counter('textloom_prompt_tokens_total', 'Tokens of prompts and inputs', tokens.prompt),
        ...counter('textloom_completion_tokens_total', 'Written tokens', tokens.completion),
        ...histogram('textloom_request_seconds', 'Time from a request to the end of its answer', durations),
        ...histogram('textloom_first_event_seconds', 'Time from a request to the first event of a stream', firstEvents),
      ];
      const known = new Set<string>();
      for (const { name, help, labels, value } of gauges) {
        if (!known.has(name)) lines.push(...head({ name, help, type: 'gauge' }));
        known.add(name);
        const shown = labelText(labels);
        lines.push(`${name}${shown === '' ? '' : `{${shown}}`} ${value}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}

const head = ({ name, help, type }: Family) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];

function observe(histograms: Map<string, Histogram>, labels: Labels, value: number): void {
  const key = labelText(labels);
  const histogram = histograms.get(key) ?? { buckets: BUCKETS.map(() => 0), sum: 0, count: 0 };
  histograms.set(key, histogram);
  for (const [i, bound] of BUCKETS.entries()) if (value <= bound) histogram.buckets[i]!++;
  histogram.sum += value;
  histogram.count++;
}

function histogram(name: string, help: string, histograms: ReadonlyMap<string, Histogram>): string[] {
  return [
    ...head({ name, help, type: 'histogram' }),
    ...[...histograms].flatMap(([labels, { buckets, sum, count }]) => [
      ...BUCKETS.map((bound, i) => `${name}_bucket{${labels},le="${bound}"} ${buckets[i]}`),
      `${name}_bucket{${labels},le="+Inf"} ${count}`,
      `${name}_sum{${labels}} ${sum}`,
      `${name}_count{${labels}} ${count}`,
    ]),
  ];
}

const labelText = (labels: Labels) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${String(value).replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`)
    .join(',');
