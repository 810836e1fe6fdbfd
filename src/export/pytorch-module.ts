import { basename, extname } from 'node:path';
import { architectureOf } from '../model/architecture.js';
import { layersInWords } from '../model/describe.js';
import { hasIndependentDocuments } from '../model/model-description.js';
import { BACKWARD, type Direction, directionOf } from '../model/stacks.js';
import type { OpenedModel } from '../run/open-model.js';
import { firstToken } from '../sample/special-tokens.js';
import { tokenizerDeclaration } from '../text/tokenizers/index.js';
import { type PythonNetwork, pythonNetwork } from './pytorch-network.js';
import { tokenizerCode } from './pytorch-tokenizer.js';
import { textNormalization } from './text-normalization.js';

/** Paths of a module and of its weights. */
export interface ModuleFiles {
  /** The weights as float32, an export or a model file; in the module's folder. */
  readonly weights: string;
  readonly module: string;
  /** Whether the weights have both stacks of a bidirectional model, and not only those of this model. Default no. */
  readonly bothStacks?: boolean;
}

/**
 * The text of the Python module of an exported model. Nothing of the vocabulary or the config is written into it as code: the module reads
 * the tokens from the weights' metadata. So no text from a model file can become a part of a program.
 */
export function pyTorchModule(model: OpenedModel, files: ModuleFiles): string {
  const { options, tokenizer } = model;
  const network = pythonNetwork(options);
  const code = tokenizerCode(tokenizer.toJSON(), textNormalization(model));
  const parts = [
    [
      header(model, basename(files.module, extname(files.module))),
      imports(code.includes('unicodedata.')),
      `WEIGHTS = Path(__file__).with_name(${pythonString(basename(files.weights))})`,
    ].join('\n\n'),
    reading,
    network.code,
    loading(network, architectureOf(options).head.torch.tied, files.bothStacks ? ownTensors(directionOf(options)) : ''),
    code,
    sampling(firstToken(tokenizer), hasIndependentDocuments(model), directionOf(options)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n\n')}\n`;
}

function header({ options, tokenizer }: OpenedModel, name: string): string {
  const isForward = directionOf(options) === 'forward';
  return `"""A ${tokenizerDeclaration(tokenizer.type).unit.replace(' ', '-')} language model, exported by Textloom: ${layersInWords(options)}. Needs torch, 1.13 or newer.
${isForward ? '' : '\nIt reads backward: it gets the tokens of a text from the last one to the first one.\n'}
    import torch, ${name}

    model = ${name}.load()
    tokens = torch.tensor([${name}.encode("some text")${isForward ? '' : '[::-1]'}])
    logits, state = model(tokens)  # logits (batch, time, vocabulary) of the token ${isForward ? 'after' : 'before'} each

As a program it ${isForward ? 'continues a prompt' : 'writes the text before a prompt,'} with the most probable token at each step:

    python3 ${name}.py "some text"
"""`;
}

function imports(usesUnicode: boolean): string {
  const modules = ['argparse', 'json', 're', 'struct', ...(usesUnicode ? ['unicodedata'] : [])];
  return `${modules.map((name) => `import ${name}`).join('\n')}
from pathlib import Path

import torch
from torch import nn`;
}

/** An ASCII string literal of Python. */
function pythonString(text: string): string {
  const escaped = Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    if (character === '"' || character === '\\') return `\\${character}`;
    if (code >= 0x20 && code < 0x7f) return character;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

const reading = `def read_header(file):
    """A safetensors file begins with the length of a JSON header, and the header. Returns its metadata and the tensors' places."""
    (length,) = struct.unpack("<Q", file.read(8))
    tensors = json.loads(file.read(length))
    return tensors.pop("__metadata__"), tensors`;

/** A table of the tensors whose names in the class differ from those in the file. */
function renaming(renamed: ReadonlyMap<string, string>): string {
  if (renamed.size === 0) return '';
  const lines = [...renamed].map(([file, module]) => `    "${file}": "${module}",\n`);
  return `# Names in the file, and in the class.\nRENAMED = {\n${lines.join('')}}\n\n\n`;
}

/** Statements that leave only the tensors of one stack in `places`, by the names in a model of one direction. */
const ownTensors = (direction: Direction) =>
  direction === 'forward'
    ? `    places = {name: place for name, place in places.items() if not name.startswith("${BACKWARD}")}\n`
    : `    own = {name[${BACKWARD.length}:]: place for name, place in places.items() if name.startswith("${BACKWARD}")}
    places = {name: place for name, place in places.items() if not name.startswith("${BACKWARD}")}
    places.update(own)\n`;

/** @param selection statements that change `places` */
const loading = (
  { renamed }: PythonNetwork,
  tied: Readonly<Record<string, string>>,
  selection: string,
) => `${renaming(renamed)}def load(path=WEIGHTS):
    """The trained model."""
    with open(path, "rb") as file:
        _, places = read_header(file)
        data = bytearray(file.read())
${selection}    tensors = {}
    for name, place in places.items():
        begin, end = place["data_offsets"]
        values = torch.frombuffer(data, dtype=torch.float32, offset=begin, count=(end - begin) // 4)
        tensors[${renamed.size > 0 ? 'RENAMED.get(name, name)' : 'name'}] = values.reshape(place["shape"])
${Object.entries(tied)
  .map(([name, other]) => `    tensors["${name}"] = tensors["${other}"]  # stored once\n`)
  .join('')}    model = LanguageModel()
    model.load_state_dict(tensors)
    return model.eval()`;

/**
 * @param isIndependent whether every text begins after the token `first` and ends with it
 * @param direction a backward model writes before the prompt; `ids` are in the order in which it reads them
 */
const sampling = (first: number, isIndependent: boolean, direction: Direction) => {
  const isForward = direction === 'forward';
  const order = isForward ? '' : '[::-1]';
  return String.raw`@torch.no_grad()
def generate(model, prompt, tokens):
    """${isForward ? 'The prompt and its continuation' : 'The text before the prompt, and the prompt'}, the most probable token at each step."""
    ids = encode(prompt)${order}
    ${
      isIndependent
        ? `logits, state = model(torch.tensor([[${first}] + ids]))  # every text begins after this token, and ends with it`
        : `logits, state = model(torch.tensor([ids or [${first}]]))  # without a prompt, a text begins after this token`
    }
    for _ in range(tokens):
        ids.append(int(logits[0, -1].argmax()))${
          isIndependent ? `\n        if ids[-1] == ${first}:\n            return decode(ids[:-1]${order})` : ''
        }
        logits, state = model(torch.tensor([ids[-1:]]), state)
    return decode(ids${order})


def harmless(text):
    """The text with control characters shown as escapes."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f]", lambda match: ascii(match[0])[1:-1], text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="${isForward ? 'Continues a prompt' : 'Writes the text before a prompt'}.")
    parser.add_argument("prompt", nargs="?", default="")
    parser.add_argument("-n", "--max-tokens", type=int, default=200)
    arguments = parser.parse_args()
    print(harmless(generate(load(), arguments.prompt, arguments.max_tokens)))`;
};
