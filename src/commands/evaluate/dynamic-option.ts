import { numberFlag, oneOf, optionalNumberFlag } from '../shared/flags.js';
import { refuseExportedFile, refuseWindows, refuseWithout } from './dependent-flags.js';
import { furtherNumber, furtherText } from './further-flag.js';
import type { SectionOption } from './report-section.js';

interface DynamicFlags {
  dynamic: string | undefined;
  dynamicRate: string | undefined;
  dynamicDecay: string | undefined;
  dynamicWindow: string | undefined;
  window: string | undefined;
  model: string;
}

/** Values that suit many models; for `rms` those of the paper. */
const usual = { rms: { rate: '0.002', decay: '0.02' }, sgd: { rate: '0.1', decay: '0.002' } } as const;

/** `--dynamic RULE`: the gain from dynamic evaluation. */
export const dynamicOption: SectionOption = {
  flags: {
    dynamic: {
      ...furtherText,
      describe:
        'Also measure with a copy of the model that continues training on the text: rms (gradients divided by their size in training) or sgd',
    },
    'dynamic-rate': { ...furtherNumber, describe: 'Learning rate of --dynamic. Default 0.002 for rms, 0.1 for sgd' },
    'dynamic-decay': {
      ...furtherNumber,
      describe:
        'Decay towards the trained parameters after each window: the fraction of the difference that is removed, 0 to 1. Default 0.02 for rms, 0.002 for sgd',
    },
    'dynamic-window': {
      ...furtherNumber,
      describe: 'Tokens between two updates. Default 5, for characters and bytes 20',
    },
  },
  request({ dynamic, dynamicRate, dynamicDecay, dynamicWindow, window, model }: DynamicFlags) {
    if (dynamic === undefined) {
      const dependent = { '--dynamic-rate': dynamicRate, '--dynamic-decay': dynamicDecay, '--dynamic-window': dynamicWindow };
      return refuseWithout('--dynamic', dependent);
    }
    const rule = oneOf(['rms', 'sgd'] as const, dynamic, '--dynamic');
    refuseWindows('--dynamic', { window });
    refuseExportedFile('--dynamic', { model });
    const choice = {
      rule,
      learningRate: numberFlag(dynamicRate ?? usual[rule].rate, { flag: '--dynamic-rate', from: 0 }),
      decay: numberFlag(dynamicDecay ?? usual[rule].decay, { flag: '--dynamic-decay', from: 0, to: 1 }),
      windowLength: optionalNumberFlag(dynamicWindow, { flag: '--dynamic-window', from: 1, to: 1000, whole: true }),
    };
    return async (evaluation) => (await import('./dynamic-section.js')).dynamicSection(evaluation, choice);
  },
};
