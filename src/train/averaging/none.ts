import { declareAveraging } from './averaging.js';

/** The trained parameters are those that are evaluated and saved. */
export const noAveraging = declareAveraging({
  type: 'none',
  describe: 'Evaluate and save the parameters that are trained.',
  options: {},
  create: () => undefined,
});
