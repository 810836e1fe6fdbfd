import { describe, expect, it } from 'vitest';
import type { HubArguments } from '../../../src/commands/export/hub-flags.js';
import { hubRequest } from '../../../src/commands/export/hub-request.js';
import { hubLicenses } from '../../../src/report/hub/licenses.js';
import { userErrorOf } from '../../foundation/thrown.js';

const none: HubArguments = {
  license: undefined,
  'license-name': undefined,
  'license-file': undefined,
  'corpus-license': undefined,
  dataset: undefined,
  language: undefined,
};

describe('the flags of --to hub', () => {
  it('invent no licence', () => {
    expect(hubRequest(none)).toEqual({
      licenseFile: undefined,
      statements: { license: 'unknown', hasLicenseText: false, datasets: [], languages: [] },
    });
  });

  it('accept what the Hub knows', () => {
    for (const license of hubLicenses.filter((name) => name !== 'other'))
      expect(hubRequest({ ...none, license }).statements.license).toBe(license);
    const language = ['en', 'no', 'gsw', 'code', 'multilingual'];
    const dataset = ['imdb', 'stanfordnlp/imdb', 'a-b/c.d_e'];
    expect(hubRequest({ ...none, language, dataset }).statements).toMatchObject({ languages: language, datasets: dataset });
  });

  it.each<[Partial<HubArguments>, string]>([
    [{ license: 'Apache 2.0' }, '(did you mean apache-2.0?)'],
    [{ license: 'my own' }, '--license other, --license-name and --license-file'],
    [{ license: 'other' }, 'needs --license-name and --license-file'],
    [{ license: 'other', 'license-name': 'x' }, 'needs --license-name and --license-file'],
    [{ license: 'other', 'license-name': 'x y', 'license-file': 'x' }, '--license-name "x y"'],
    [{ license: 'mit', 'license-name': 'x' }, '--license-name and --license mit'],
    [{ 'license-file': 'terms.txt' }, '--license-file without --license'],
    [{ language: ['en', 'English'] }, '--language "English": a code of ISO 639'],
    [{ dataset: ['a/b/c'] }, '--dataset "a/b/c": a name such as owner/dataset'],
    [{ 'corpus-license': ' ' }, '--corpus-license " ": words are expected'],
    [{ 'corpus-license': 'a\nb' }, 'words are expected'],
  ])('refuse %j', (given, says) => {
    expect(userErrorOf(() => hubRequest({ ...none, ...given }))).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(says),
    });
  });
});
