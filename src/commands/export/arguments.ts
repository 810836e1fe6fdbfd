/** What a model may be exported to. */
export const targets = ['onnx', 'pytorch', 'safetensors', 'vectors'] as const;

export type ExportTarget = (typeof targets)[number];
