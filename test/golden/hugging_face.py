"""Encodes texts with Hugging Face's Rust library, for each hugging-face/*.tokenizer.json, and asks it for its classes of characters.

usage: python3 hugging_face.py     (needs the package tokenizers)

Writes hugging-face/encodings.json: the library's version; `classes`, the code points that its pre-tokenizer takes for letters,
numbers and white space, as ranges; `texts`; and for each file the ids of each text.
"""
import json
import random
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer, pre_tokenizers

FOLDER = Path(__file__).parent / "hugging-face"

TEXTS = [
    "",
    " ",
    "I'm you're he'd it's we'll they've don't 'twas O'Neil ''s 'S 'RE",
    "one\r\ntwo\rthree\n\n\n  four\t\tfive \u2028six\u0085seven\ufeff\u00a0eight   ",
    "a\u0085b \u0085 c\ufeffd \ufeff e\u180ef\u200bg",
    "x=3.14; y=\u00bd+\u2167+\U0001d7cf\U0001d7d0 <unk> <eos> <|endoftext|>",
    "e\u0301 \u00e9 \u212b A\u030a \ufb01sh \uff21\uff22\uff23 \u1100\u1161\u11a8 \u2126 q\u0307\u0323",
    "a<|end|>b<|end|>more<|end|> <|end|>\r\n<|end|>mor \uff1c|end|\uff1e <|end|>\u0338",
    # Letters of Unicode 16, and of 17, which are none to a library of Unicode 16.
    "\U00010d50\U00010d51 \U00016101 \ua7da \u0c5c \u0cdc \ua7ce \U00010940 \U00033479x",
    "\u5e8a\u524d\u660e\u6708\u5149\uff0c\u7591\u662f\u5730\u4e0a\u971c\u3002 \U0001f469\u200d\U0001f469\u200d\U0001f467 \u05e9\u05dc\u05d5\u05dd \u0661\u0662\u0663",
]

PARTS = [
    *"ab1 \n\r't.!",
    *"\u0085\ufeff\u00a0\u2003\u2028\u180e\u200b\u0301\u0338\u00e9\u212b\ufb01\u00bd\u2160\u4e16\u0e01\u0c5c\U0001d7cf\U0001f600\U00010d50\U00010940",
    *["  ", "\r\n", "'s", "'ll", "<|end|>", "<|end|>more", "<|en", "the fox", " cheese"],
]


def random_texts(count):
    generator = random.Random(1)
    return ["".join(generator.choices(PARTS, k=generator.randrange(1, 40))) for _ in range(count)]


def class_of(code_point):
    """By what the character stays together with in the pre-tokenizer."""
    pieces = pre_tokenizers.ByteLevel(add_prefix_space=False).pre_tokenize_str
    for name, neighbour in ("L", "a"), ("N", "1"), ("other", ","):
        if len(pieces(neighbour + chr(code_point))) == 1:
            return name
    return "White_Space"


def classes():
    ranges = {"L": [], "N": [], "White_Space": []}
    for code_point in [*range(0xD800), *range(0xE000, 0x110000)]:
        found = ranges.get(class_of(code_point))
        if found is None:
            continue
        if found and found[-1][1] == code_point - 1:
            found[-1][1] = code_point
        else:
            found.append([code_point, code_point])
    return ranges


def main():
    texts = TEXTS + random_texts(150)
    encodings = {}
    for path in sorted(FOLDER.glob("*.tokenizer.json")):
        tokenizer = Tokenizer.from_file(str(path))
        encodings[path.name] = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    result = {"tokenizers": tokenizers.__version__, "classes": classes(), "texts": texts, "encodings": encodings}
    lines = json.dumps(result, separators=(",", ":"), ensure_ascii=True)
    (FOLDER / "encodings.json").write_text(lines + "\n")


main()
