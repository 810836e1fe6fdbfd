/** Programs and packages that some tests need and that are no part of the project. A test that lacks one is skipped, and its title says why. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** For the end of a title: why a test is skipped; '' where it is not. `stage-report.ts` reads it. */
export const skipReason = (present: unknown, needed: string): string => (present ? '' : ` (skipped: needs ${needed})`);

export const onWindows = skipReason(process.platform !== 'win32', 'a system that is not Windows');
export const offLinux = skipReason(process.platform === 'linux', 'Linux');

/** Finds a program by running it. */
export const hasProgram = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

function pythonWith(module: string): string | undefined {
  const script = `import importlib.util as i, sys; sys.exit(i.find_spec("${module}") is None)`;
  return ['python3', '/usr/bin/python3'].find((command) => hasProgram(command, '-c', script));
}

/** The first Python that has torch, if any has. */
export const pythonWithTorch = pythonWith('torch');
export const withoutTorch = skipReason(pythonWithTorch, "a Python with torch (Debian's package python3-torch)");

/** The first Python that has onnx, an independent reader of the format. */
export const pythonWithOnnx = pythonWith('onnx');
export const withoutOnnx = skipReason(pythonWithOnnx, "a Python with onnx (Debian's package python3-onnx)");

/** Firefox, if it is installed. */
export const firefox = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync);
export const withoutFirefox = skipReason(firefox, "Firefox (Debian's package firefox-esr)");

/** The first Chromium that is installed. */
export const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
export const withoutChromium = skipReason(chromium, "Chromium (Debian's package chromium)");
