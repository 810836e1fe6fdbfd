/** `--no-color`, which all commands have. */
export const colourFlag = {
  'no-color': { boolean: true, default: false, global: true, describe: 'Use no colours, as with NO_COLOR=1' },
} as const;

/** The environment alone decides on colour (ui/colours.ts), in libraries too: the flag goes there. */
export function applyColourFlag({ 'no-color': noColour }: Readonly<Record<string, unknown>>): void {
  if (noColour !== true) return;
  process.env.NO_COLOR = '1';
  delete process.env.FORCE_COLOR;
}
