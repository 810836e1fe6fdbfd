/** A curve of losses as SVG, whose colours come from the style sheet. */
export interface LossChart {
  clear(steps: number): void;
  /** Mean loss of the training text, in nats per token. */
  training(step: number, loss: number): void;
  validation(step: number, loss: number): void;
}

const NAMESPACE = 'http://www.w3.org/2000/svg';
const [HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [250, 40, 30, 12, 10];

interface Point {
  readonly step: number;
  readonly loss: number;
}

export function createLossChart(place: HTMLElement): LossChart {
  const svg = make('svg', { role: 'img', 'aria-labelledby': 'chart-description', height: HEIGHT });
  place.replaceChildren(svg);
  const description = document.getElementById('chart-description');
  let total = 1;
  let training: Point[] = [];
  let validation: Point[] = [];

  function draw(): void {
    // In units of the screen, so that letters are as large as in the text around it.
    const width = Math.max(240, place.clientWidth);
    svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    const losses = [...training, ...validation].map(({ loss }) => loss);
    const most = Math.max(1, ...losses);
    const top = Math.ceil(most * 2) / 2;
    const x = (step: number) => LEFT + (step / total) * (width - LEFT - RIGHT);
    const y = (loss: number) => TOP + (1 - loss / top) * (HEIGHT - TOP - BOTTOM);
    const marks = top > 3 ? 1 : 0.5;
    const parts: SVGElement[] = [];
    for (let value = 0; value <= top; value += marks) {
      parts.push(make('line', { class: 'level', x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }));
      parts.push(label(LEFT - 8, y(value) + 4, 'end', value.toFixed(marks < 1 ? 1 : 0)));
    }
    for (const share of [0, 0.25, 0.5, 0.75, 1])
      parts.push(
        label(
          x(share * total),
          HEIGHT - 8,
          share === 1 ? 'end' : share === 0 ? 'start' : 'middle',
          String(Math.round(share * total)),
        ),
      );
    const path = (points: readonly Point[]) =>
      points.map(({ step, loss }, i) => `${i === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(loss).toFixed(1)}`).join('');
    parts.push(make('path', { class: 'training', d: path(training) }));
    parts.push(make('path', { class: 'validation', d: path(validation) }));
    for (const { step, loss } of validation)
      parts.push(make('circle', { class: 'validation', cx: x(step), cy: y(loss), r: 3.5 }));
    svg.replaceChildren(...parts);
    if (description) description.textContent = described(training, validation);
  }

  new ResizeObserver(draw).observe(place);
  return {
    clear(steps) {
      total = Math.max(1, steps);
      training = [];
      validation = [];
      draw();
    },
    training(step, loss) {
      training.push({ step, loss });
      draw();
    },
    validation(step, loss) {
      validation.push({ step, loss });
      draw();
    },
  };
}

function described(training: readonly Point[], validation: readonly Point[]): string {
  const parts = [
    ['training', training.at(-1)],
    ['validation', validation.at(-1)],
  ] as const;
  const known = parts.flatMap(([name, last]) => (last ? [`${name} ${last.loss.toFixed(3)} at step ${last.step}`] : []));
  return known.length === 0 ? 'Loss in nats per token: no values yet' : `Loss in nats per token: ${known.join(', ')}`;
}

function make(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function label(x: number, y: number, anchor: string, text: string): SVGElement {
  const made = make('text', { x, y, 'text-anchor': anchor });
  made.textContent = text;
  return made;
}
