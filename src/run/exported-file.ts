/** Whether a path is that of an exported file, which is a model to some commands, by its name. */
export function isExportedFile(path: string): boolean {
  return path.toLowerCase().endsWith('.onnx');
}
