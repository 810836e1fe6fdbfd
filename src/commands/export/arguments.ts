/** What a model may be exported to. */
export const targets = ['onnx', 'pytorch', 'safetensors'] as const;

export type ExportTarget = (typeof targets)[number];
