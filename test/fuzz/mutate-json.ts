import type { Random } from '../../src/foundation/random.js';
import { hostileNumbers, hostileTexts, pick } from './mutate-bytes.js';

type Container = unknown[] | Record<string, unknown>;

/** Changes one place of a JSON value. The value itself stays as it is. */
export function mutateJson(value: unknown, random: Random): { value: unknown; change: string } {
  const root = { value: structuredClone(value) };
  const { container, key, path } = place(root, random);
  const found = (container as Record<string, unknown>)[key];
  const put = (next: unknown, what: string) => {
    setKey(container, key, next);
    return `${path}: ${what}`;
  };
  return { change: change(root, container, key, found, path, put, random), value: root.value };
}

/** Sets a key that may be called anything, `__proto__` too. */
export function setKey(map: object, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Descends from the root, stopping anywhere. */
function place(root: Container, random: Random): { container: Container; key: string; path: string } {
  let [container, key, path] = [root, 'value', ''];
  for (;;) {
    const inner = (container as Record<string, unknown>)[key];
    if (typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0 || random.integer(5) === 0)
      return { container, key, path };
    container = inner as Container;
    key = pick(Object.keys(container), random);
    path += `.${key.slice(0, 30)}`;
  }
}

function change(
  root: Container,
  container: Container,
  key: string,
  found: unknown,
  path: string,
  put: (next: unknown, what: string) => string,
  random: Random,
): string {
  switch (random.integer(10)) {
    case 0:
      if (container === root) return put(null, 'null');
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else delete container[key];
      return `${path}: away`;
    case 1:
      return put(pick(hostileTexts, random), 'another text');
    case 2:
      return put(pick([null, true, false, [], {}, [[]], { a: 1 }], random), 'of another type');
    case 3: {
      const other = place(root, random);
      return put(structuredClone((other.container as Record<string, unknown>)[other.key]), `as ${other.path}`);
    }
    case 4:
      if (typeof found === 'object' && found !== null && !Array.isArray(found)) {
        setKey(found, pick(hostileTexts, random), pick(hostileNumbers, random));
        return `${path}: a key more`;
      }
      if (Array.isArray(found) && found.length > 0) {
        found.splice(random.integer(found.length), 0, structuredClone(pick(found, random)));
        return `${path}: an element twice`;
      }
      break;
    case 5:
      return put(bomb(random), 'something large or deep');
  }
  if (typeof found === 'number') {
    const next = pick([found + 1, found - 1, -found, 2 * found, found / 2, found + 0.5, pick(hostileNumbers, random)], random);
    return put(next, `${found} is ${next}`);
  }
  if (typeof found === 'string' && found.length > 0) {
    const at = random.integer(found.length + 1);
    return put(found.slice(0, at) + pick(hostileTexts, random) + found.slice(at + random.integer(2)), 'text changed');
  }
  return put(pick(hostileNumbers, random), 'another number');
}

/** Mostly small ones: large ones take their time. */
function bomb(random: Random): unknown {
  const size = 10 ** random.integer(random.integer(40) === 0 ? 7 : 4);
  switch (random.integer(4)) {
    case 0:
      return 'ab'.repeat(size);
    case 1:
      return Array.from({ length: size }, (_, i) => i);
    case 2:
      return Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, i]));
    default: {
      let nested: unknown = 1;
      for (let depth = 0; depth < Math.min(size, 1000); depth++) nested = random.integer(2) ? [nested] : { a: nested };
      return nested;
    }
  }
}

/** Changes a JSON text: its value, mostly, or its writing. A text that an earlier change has broken is left as it is. */
export function mutateJsonText(text: string, random: Random): { text: string; change: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { text, change: ' stays broken' };
  }
  if (random.integer(12) === 0) {
    const at = Math.max(0, text.indexOf('{', random.integer(text.length)));
    const name = /"[^"]*"(?=\s*:)/.exec(text.slice(at))?.[0] ?? '"a"';
    return { text: `${text.slice(0, at + 1)}${name}:1,${text.slice(at + 1)}`, change: `the key ${name.slice(0, 30)} twice` };
  }
  const { value, change: what } = mutateJson(parsed, random);
  return { text: JSON.stringify(value) ?? 'null', change: what };
}
