import type { ChartData } from '../page-data.js';

/** What the keys of a chart act on. */
interface KeyTarget {
  stepCount(): number;
  /** The first and last index of a visible step. */
  visible(): [first: number, last: number];
  moveTo(index: number): void;
  zoomBy(factor: number): void;
  reset(): void;
}

/**
 * Makes the area of a chart a slider over its steps: the arrow keys move the cursor, and a screen reader reads the values there. The keys
 * + and - zoom, Escape shows all steps.
 */
export function chartKeys(
  frame: HTMLElement,
  { title, axis }: Pick<ChartData, 'title' | 'axis'>,
  target: KeyTarget,
): { announce(index: number, text: string): void } {
  let at = target.stepCount() - 1;
  const attributes = {
    tabindex: '0',
    role: 'slider',
    'aria-label': `${title} by ${axis?.name.toLowerCase() ?? 'step'}`,
    'aria-valuemin': '0',
    'aria-valuemax': String(target.stepCount() - 1),
    'aria-valuenow': String(at),
    'aria-valuetext': 'the arrow keys move along the axis, plus and minus zoom, Escape shows all',
  };
  for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);

  frame.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [first, last] = target.visible();
    const page = Math.max(1, Math.round((last - first) / 10));
    const step = event.shiftKey ? 1 : Math.max(1, Math.round((last - first) / 100));
    const to = (index: number) => {
      at = Math.min(last, Math.max(first, index));
      target.moveTo(at);
    };
    const keys = new Map([
      ['ArrowLeft', () => to(at - step)],
      ['ArrowDown', () => to(at - step)],
      ['ArrowRight', () => to(at + step)],
      ['ArrowUp', () => to(at + step)],
      ['PageDown', () => to(at - page)],
      ['PageUp', () => to(at + page)],
      ['Home', () => to(first)],
      ['End', () => to(last)],
      ['+', () => target.zoomBy(0.5)],
      ['=', () => target.zoomBy(0.5)],
      ['-', () => target.zoomBy(2)],
      ['Escape', () => target.reset()],
    ]);
    const act = keys.get(event.key);
    if (act === undefined) return;
    event.preventDefault();
    act();
  });

  return {
    announce(index, text) {
      at = index;
      frame.setAttribute('aria-valuenow', String(index));
      frame.setAttribute('aria-valuetext', text);
    },
  };
}
