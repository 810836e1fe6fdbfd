/** The formats to which a model can be exported. */
export const targets = ['onnx', 'html', 'pytorch', 'safetensors', 'vectors', 'hub'] as const;

export type ExportTarget = (typeof targets)[number];
