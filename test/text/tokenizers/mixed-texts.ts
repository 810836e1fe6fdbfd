import fc from 'fast-check';

/** Texts that tokenizers stumble over: scripts without spaces, joined emoji, right to left, every kind of line end and space. */
export const mixedTexts: readonly string[] = [
  '',
  ' ',
  '床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n',
  '👩‍👩‍👧‍👦 family, 👍🏽 thumb, 🏳️‍🌈 flag, 🇩🇪🇫🇷 e\u0301 é',
  'שלום עולם! مرحبا بالعالم ١٢٣ \u202eabc\u202c',
  'one\r\ntwo\rthree\n\n\n  four\t\tfive \u2028six\u0085seven\ufeff\u00a0eight   ',
  "I'm you're he'd it's we'll they've don't 'twas O'Neil ''s 'S 'RE",
  'x=3.14; y=½+Ⅷ+𝟏𝟐 <unk> <eos> <|endoftext|> __proto__ constructor\0\u001b[31m',
  'กรุงเทพมหานคร อมรรัตนโกสินทร์ \u{10ffff}\ud7ff\ue000\uffff',
];

/** Any Unicode text, or one put together from the texts above and spaces. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom('a', 'b', '1', ' ', '\n', '\r', "'", 's', 're', '!', '界', '😀', '\u00a0'),
    maxLength: 60,
  }),
  fc.array(fc.constantFrom(...mixedTexts), { maxLength: 4 }).map((texts) => texts.join(' ')),
);
