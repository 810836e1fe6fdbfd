import { afterAll, describe, it } from 'vitest';
import { words, writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { shell, textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
writeRandomModel(folder, {}, 'model');
writeRandomModel(folder, { tokenizer: words }, 'words');
write('odd.txt', 'the fox\nquiz\n');
write('broken.jsonl', '"the"\n{"prompt": "a"}\n{"text": "a"}\n');
write('torn.jsonl', '"the\n');
write('empty.txt', '');

/** What is typed after `sample`, blanks between the words; the exit code; and what the message says. */
const cases: [typed: string, code: number, ...says: string[]][] = [
  ['model --repetition-penalty 0', 2, '--repetition-penalty 0: a number above 0 and at most 1000'],
  ['model --frequency-penalty much', 2, '--frequency-penalty much: a number'],
  ['model --presence-penalty 1e9', 2, '--presence-penalty 1e9: a number at least -1000 and at most 1000'],
  ['model --presence-penalty 1 --penalty-window 0', 2, '--penalty-window 0: a whole number at least 1'],
  ['model --penalty-window 9', 2, '--penalty-window without a penalty'],
  ['model --penalty-window 9 --repetition-penalty 1', 2, '--penalty-window without a penalty'],
  ['model --min-tokens 9', 2, '--min-tokens without --stop or --end-at-eos'],
  ['model --min-tokens 9 --regex a*', 2, '--min-tokens without --stop or --end-at-eos'],
  ['model --min-tokens 9 -n 8 --stop x', 2, '--min-tokens 9 is above --max-tokens 8'],
  ['model --min-tokens 0 --stop x', 2, '--min-tokens 0: a whole number at least 1'],
  ['model --end-at-eos', 2, '(its tokens are of type character) has no token that ends a text'],
  ['model --regex a --stop b', 2, '--regex and --stop'],
  ['model --regex (', 2, 'the regular expression cannot be used: character 1: this ( is never closed'],
  ['model --regex z+', 2, 'no text that this model can write matches'],
  ['model --regex (((a?){10}){100}){90}', 2, 'the regular expression is too large'],
  ['model --regex ((a?){1000}){10}', 2, 'the regular expression is too large'],
  ['words --regex wolf', 2, 'no text that this model can write matches'],
  ['model --best-of 1', 2, '--best-of 1: a whole number at least 2'],
  ['model --best-of 1e9', 2, '--best-of 1e9: a whole number at least 2 and at most 100000'],
  ['model --num-samples 1e12', 2, '--num-samples 1e12: a whole number at least 1 and at most 100000'],
  ['model --best-by total', 2, '--best-by without --best-of'],
  ['model --best-of 2 --best-by luck', 2, '--best-by luck', 'allowed are mean, total'],
  ['model --best-of 3 --temperature 0', 2, '--temperature 0 always takes the most probable token', '--best-of'],
  ['model --seed 4 --temperature 0', 2, 'leave out --seed'],
  ['model --beams 0', 2, '--beams 0: a whole number at least 1'],
  ['model --beams 2 --num-samples 3', 2, '--num-samples 3 and --beams 2'],
  ['model --beams 2 --temperature 2 --seed 3', 2, '--beams', 'leave out --temperature, --seed'],
  ['model --beams 2 --repetition-penalty 2', 2, 'leave out --repetition-penalty'],
  ['model --beams 2 --best-of 2', 2, 'leave out --best-of'],
  ['model --beams 2 --show-probabilities', 2, 'leave out --show-probabilities'],
  ['model --beams 2 --show-attention', 2, 'leave out --show-attention'],
  ['model --show-attention --raw', 2, '--show-attention and --raw'],
  ['model --show-attention', 2, 'this model has no attention'],
  ['model --length-penalty 1', 2, '--length-penalty without --beams'],
  ['model --beams 2 --length-penalty 1', 2, '--length-penalty without --stop, --end-at-eos or --regex'],
  ['model --show-alternatives 3', 2, '--show-alternatives without --show-probabilities'],
  ['model --show-probabilities --show-alternatives 0', 2, '--show-alternatives 0: a whole number'],
  ['model --show-probabilities --raw', 2, '--show-probabilities and --raw'],
  ['model -p a --prompts odd.txt', 2, '--prompt and --prompts: give one of them'],
  ['model -p - -p -', 2, '--prompt - twice'],
  ['model --prompts nowhere.txt', 3, 'nowhere.txt', 'no such file'],
  ['model --prompts empty.txt', 3, 'empty.txt', 'empty'],
  ['model --prompts odd.txt', 3, 'the prompt cannot be read by this model', '"q", "z"'],
  ['model --prompts torn.jsonl', 3, 'torn.jsonl:1: this line is not JSON'],
  ['model --prompts broken.jsonl', 3, 'broken.jsonl:3: a text, or an object with a text as its "prompt"'],
  ['model -p -', 3, 'standard input is empty'],
  ['model -i --json', 2, '--interactive', 'leave out --json'],
  ['model -i --num-samples 2', 2, '--interactive', 'leave out --num-samples'],
  ['model -i -p a -p b', 2, '--interactive', 'a second --prompt'],
  ['model -i --show-attention', 2, '--interactive', 'leave out --show-attention'],
  ['model -i --beams 2', 2, '--interactive', 'leave out --beams'],
  ['model -i --regex z', 2, 'no text that this model can write matches'],
];

describe.concurrent('textloom sample refuses', () => {
  it.each(cases)('%s', async (typed, code, ...says) => {
    expectRefusal(await textloom(['sample', ...typed.split(' ')], folder), { code, says });
  });

  it('a prompt on standard input that is not text', async () => {
    const outcome = await shell("printf 'a\\377b' | textloom sample model --prompt-file -", folder);
    expectRefusal(outcome, { code: 3, says: ['standard input', 'invalid UTF-8'] });
  });
});
