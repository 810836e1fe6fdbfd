import { createTypedArrayEngine } from '../../engine/typed-array/typed-array-engine.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { type Direction, directionOf } from '../../model/stacks.js';
import { type OpenedModel, openModel } from '../../run/open-model.js';
import { standardOutput } from '../../ui/output.js';
import { type ExportRequest, formats } from './formats.js';

/** Runs the export command: writes files, and a table or a JSON document about them to standard output. */
export async function writeExport(request: ExportRequest): Promise<void> {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  try {
    const { to } = request;
    const format = formats[to];
    const whole = openModel(request.model, engine);
    const model = format.isWhole ? whole : chosenStack(whole, request.direction);
    const path = request.output ?? defaultPath(model, request);
    await format.check(model, path, request);
    const { rows, document } = await format.write(model, engine, path, request);
    const isStack = whole.backward !== undefined && !format.isWhole;
    const direction = directionOf(model.options);
    if (isStack) rows.push(['direction', `${direction}, one of the two stacks of this model (--direction)`]);
    const about = { model: model.path, to, ...(isStack && { direction }) };
    const lines = rows.map(([label, value]) => `${label.padEnd(16)}${value}`);
    await (request.json
      ? standardOutput.write(`${terminalSafeJson({ ...about, ...document })}\n`)
      : standardOutput.line(lines.join('\n')));
  } finally {
    engine.close();
  }
}

/** The stack to write. @throws UserError usage for one that the model does not have */
function chosenStack(model: OpenedModel, direction: Direction | undefined): OpenedModel {
  const own = directionOf(model.options);
  if (direction === undefined || direction === own) return model;
  if (model.backward) return model.backward;
  throw new UserError('usage', `--direction ${direction} and ${model.path}: this model reads only ${own}; leave it out`);
}

/** A path in the model's folder that differs from the model's own. */
function defaultPath({ path }: OpenedModel, request: ExportRequest): string {
  const { to, direction } = request;
  const base = path.replace(/\.safetensors$/, direction === undefined ? '' : `-${direction}`);
  return `${base}${formats[to].ending(request)}`;
}
