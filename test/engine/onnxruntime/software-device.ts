import { existsSync } from 'node:fs';

/** Where Debian's package chromium keeps SwiftShader, a Vulkan device in software, and a loader for it. */
const folder = '/usr/lib/chromium';
const driver = `${folder}/vk_swiftshader_icd.json`;

/** Whether there is a device to test on; the tests that need it are skipped and say so in their names. */
export const hasSoftwareDevice = existsSync(driver) && existsSync(`${folder}/libvulkan.so.1`);

/** The environment of a process that finds it, which it must have from its beginning. */
export const withSoftwareDevice = { ...process.env, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: folder };
