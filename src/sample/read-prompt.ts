import type { SavedState } from '../model/carried-state.js';

/** A prompt that a model has read. Any number of samples can continue from it. */
export interface ReadPrompt {
  /** The prompt as the model sees it: unknown words are `<unk>`, and spaces are those of the tokenizer. */
  readonly text: string;
  /** Empty for an empty prompt. */
  readonly ids: Int32Array;
  /** Hidden state after the prompt, and the logits of the next token. */
  readonly state: SavedState;
  readonly logits: Float32Array;
}
