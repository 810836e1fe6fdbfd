/** Whether a path has the name of an exported file, which some commands accept as a model. */
export function isExportedFile(path: string): boolean {
  return path.toLowerCase().endsWith('.onnx');
}
