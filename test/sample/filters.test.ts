import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidates, createCandidates, exclude, refill, restrict } from '../../src/sample/candidates.js';
import { createSampler } from '../../src/sample/sampler.js';
import { keepMinP, keepNucleus, keepTopK, tokenFilters } from '../../src/sample/token-filters.js';
import { userErrorOf } from '../foundation/thrown.js';

/** Few different values, so that ties are common, or any. */
const logitLists = fc.oneof(
  fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 60 }),
  fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 60 }),
);

function filled(logits: readonly number[]): Candidates {
  const candidates = createCandidates(Float32Array.from(logits));
  refill(candidates);
  return candidates;
}

const kept = ({ ids, count }: Candidates) => [...ids.subarray(0, count)];
/** By rank: the likelier first, of equals the lower id. */
const ranked = ({ logits }: Candidates, ids: number[]) => ids.toSorted((a, b) => logits[b]! - logits[a]! || a - b);
const probability = ({ logits }: Candidates, ids: number[]) => {
  const weights = ids.map((id) => Math.exp(logits[id]!));
  return (
    weights.reduce((sum, weight) => sum + weight, 0) /
    Float64Array.from(logits, Math.exp).reduce((sum, weight) => sum + weight, 0)
  );
};

describe('refill', () => {
  it('makes every token a candidate and finds the most likely, of equal ones the first', () => {
    fc.assert(
      fc.property(logitLists, (logits) => {
        const candidates = filled(logits);
        expect(kept(candidates)).toEqual(logits.map((_, id) => id));
        expect(candidates.best).toBe(candidates.logits.indexOf(Math.max(...candidates.logits)));
      }),
    );
  });

  it.each([[Number.NaN], [0, Number.NaN], [Number.NaN, 0], [0, Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY]])(
    'refuses logits that are no numbers: %s %s',
    (...logits) => {
      expect(userErrorOf(() => filled(logits)).kind).toBe('model');
    },
  );

  it('accepts tokens of probability 0 beside others', () => {
    expect(filled([Number.NEGATIVE_INFINITY, 1]).best).toBe(1);
  });
});

describe('restricting', () => {
  it('keeps only the allowed tokens, removes the excluded one, and finds the most likely of the rest', () => {
    fc.assert(
      fc.property(logitLists, fc.infiniteStream(fc.boolean()), fc.nat(), (logits, choices, one) => {
        const candidates = filled(logits);
        const allowed = logits.flatMap((_, id) => (choices.next().value ? [id] : []));
        if (allowed.length === 0) return;
        restrict(candidates, Int32Array.from(allowed));
        const excluded = one % logits.length;
        exclude(candidates, excluded);
        const left = allowed.length > 1 ? allowed.filter((id) => id !== excluded) : allowed;
        expect(kept(candidates).sort((a, b) => a - b)).toEqual(left);
        expect(candidates.best).toBe(ranked(candidates, left)[0]);
      }),
    );
  });

  it('is refused where the model gives all allowed tokens probability 0', () => {
    const candidates = filled([0, Number.NEGATIVE_INFINITY]);
    expect(userErrorOf(() => restrict(candidates, Int32Array.of(1))).kind).toBe('model');
  });
});

describe('top-k', () => {
  it('keeps the first k of the ranking', () => {
    fc.assert(
      fc.property(logitLists, fc.integer({ min: 1, max: 70 }), (logits, k) => {
        const candidates = filled(logits);
        const all = ranked(candidates, kept(candidates));
        keepTopK(candidates, k);
        expect(ranked(candidates, kept(candidates))).toEqual(all.slice(0, k));
      }),
    );
  });

  it('reads each logit a few times, and no more often where logits are sorted or equal', () => {
    const size = 20_000;
    for (const logit of [(i: number) => (i * 7919) % size, (i: number) => i, (i: number) => -i, () => 0]) {
      const candidates = filled(Array.from({ length: size }, (_, i) => logit(i)));
      let reads = 0;
      const logits = new Proxy(candidates.logits, {
        get(target, index) {
          reads++;
          return Reflect.get(target, index, target);
        },
      });
      const counted = { ...candidates, logits };
      keepTopK(counted, size / 2);
      expect(counted.count).toBe(size / 2);
      // A quickselect compares about 3.4 times per candidate, and a sort about log2(20,000) = 14 times, with two reads each.
      expect(reads / size).toBeLessThan(10);
    }
  });

  it('applied twice has the effect of the smaller k', () => {
    const candidates = filled([1, 5, 3, 4, 2]);
    keepTopK(candidates, 4);
    keepTopK(candidates, 2);
    expect(ranked(candidates, kept(candidates))).toEqual([1, 3]);
  });
});

describe('nucleus sampling', () => {
  it('keeps the shortest beginning of the ranking that has probability p', () => {
    fc.assert(
      fc.property(logitLists, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (logits, p) => {
        const candidates = filled(logits);
        const all = ranked(candidates, kept(candidates));
        keepNucleus(candidates, p);
        const nucleus = ranked(candidates, kept(candidates));
        expect(nucleus).toEqual(all.slice(0, nucleus.length));
        expect(probability(candidates, nucleus)).toBeGreaterThanOrEqual(p - 1e-9);
        expect(probability(candidates, nucleus.slice(0, -1))).toBeLessThan(p + 1e-9);
      }),
    );
  });

  it('uses probabilities among the candidates that top-k has kept', () => {
    const candidates = filled([1, 1, 1, 1, 1, 1, 1, 1]);
    keepTopK(candidates, 4);
    keepNucleus(candidates, 0.5);
    expect(ranked(candidates, kept(candidates))).toEqual([0, 1]);
  });

  it('keeps the most likely for any p, and all with p = 1', () => {
    const candidates = filled([0, 9, 0]);
    keepNucleus(candidates, 1);
    expect(kept(candidates)).toEqual([0, 1, 2]);
    keepNucleus(candidates, 1e-9);
    expect(kept(candidates)).toEqual([1]);
  });
});

describe('min-p', () => {
  it('keeps exactly the candidates that are at least p times as probable as the most likely', () => {
    fc.assert(
      fc.property(logitLists, fc.double({ min: 0.001, max: 1, noNaN: true }), (logits, p) => {
        const candidates = filled(logits);
        const largest = Math.max(...candidates.logits);
        keepMinP(candidates, p);
        const ratios = [...candidates.logits].map((logit) => Math.exp(logit - largest));
        ratios.forEach((ratio, id) => {
          if (Math.abs(ratio - p) > 1e-9) expect(kept(candidates).includes(id)).toBe(ratio > p);
        });
        expect(kept(candidates)).toContain(candidates.best);
      }),
    );
  });

  it('keeps all candidates with 0', () => {
    const candidates = filled([0, 50]);
    keepMinP(candidates, 0);
    expect(kept(candidates)).toEqual([0, 1]);
  });
});

describe.each(tokenFilters.map((filter) => [filter.name, filter] as const))('the filter %s of the registry', (name, filter) => {
  const { range, keep } = filter as {
    range: { from?: number; above?: number; to?: number; whole?: boolean };
    keep: typeof filter.keep;
  };
  const least = range.from ?? range.above ?? 0;
  const values = fc.double({ min: 0, max: 1, noNaN: true }).map((share) => {
    const value = least + share * ((range.to ?? least + 50) - least);
    return range.whole ? Math.round(value) : Math.max(value, range.above === undefined ? least : least + 1e-6);
  });

  it('keeps the likeliest candidate, adds none, and keeps no candidate that is less likely than one it takes out', () => {
    fc.assert(
      fc.property(logitLists, values, (logits, value) => {
        const candidates = filled(logits);
        keep(candidates, value);
        const stay = kept(candidates);
        expect(stay).toContain(candidates.best);
        expect(new Set(stay).size).toBe(stay.length);
        const gone = logits.map((_, id) => id).filter((id) => !stay.includes(id));
        const lowest = Math.min(...stay.map((id) => candidates.logits[id]!));
        for (const id of gone) expect(candidates.logits[id]!).toBeLessThanOrEqual(lowest);
      }),
    );
  });

  it('is refused by the sampler outside of its range', () => {
    const outside = [Number.NaN, Number.POSITIVE_INFINITY, least - 1, ...(range.to === undefined ? [] : [range.to + 1])];
    for (const value of outside)
      expect(userErrorOf(() => createSampler(Float32Array.of(1, 2), { [name]: value })).message).toContain(name);
  });
});
