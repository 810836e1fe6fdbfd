import type { Options } from 'yargs';
import { baselinesOption } from './baselines-option.js';
import { cacheOption } from './cache-option.js';
import { compareOption } from './compare-option.js';
import { contextOption } from './context-option.js';
import { dynamicOption } from './dynamic-option.js';
import { heatMapOption } from './heat-map-option.js';
import { memorizationOption } from './memorization-option.js';
import type { SectionOption } from './report-section.js';
import { surprisalsOption } from './surprisals-option.js';

/** The sections that flags can add to the report, in its order; report-section.ts explains how to add one. */
export const sectionOptions: readonly SectionOption[] = [
  compareOption,
  baselinesOption,
  dynamicOption,
  cacheOption,
  memorizationOption,
  contextOption,
  surprisalsOption,
  heatMapOption,
];

/** The flags of all sections, for `yargs.options`. Only the sections themselves know the types of their flags. */
export const sectionFlags: Readonly<Record<never, Options>> = Object.assign({}, ...sectionOptions.map(({ flags }) => flags));
