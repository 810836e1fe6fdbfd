import { nearest } from '../../config/nearest.js';
import { UserError } from '../../foundation/errors.js';
import { quotedName } from '../../foundation/printable.js';
import { hubLicenses } from '../../report/hub/licenses.js';
import type { HubStatements } from '../../report/hub/statements.js';
import type { HubArguments } from './hub-flags.js';

/** The statements of flags, and the file with the text of the licence. */
export interface HubRequest {
  readonly statements: HubStatements;
  readonly licenseFile: string | undefined;
}

/** @throws UserError usage for values that the Hub would refuse, naming flag, value and what is allowed */
export function hubRequest(args: HubArguments): HubRequest {
  const { license = 'unknown', dataset = [], language = [] } = args;
  const { 'license-name': name, 'license-file': licenseFile, 'corpus-license': corpusLicense } = args;
  checkLicense(license);
  if (license === 'other' && (name === undefined || licenseFile === undefined))
    throw new UserError('usage', '--license other needs --license-name and --license-file: its name and its text');
  if (name !== undefined && license !== 'other')
    throw new UserError('usage', `--license-name and --license ${license}: only the licence other has a name of its own`);
  if (licenseFile !== undefined && license === 'unknown')
    throw new UserError('usage', '--license-file without --license: say which licence it is, such as --license mit');
  check('--license-name', given(name), /^[\w.-]{1,64}$/, 'letters, digits, _ . and - are expected, at most 64');
  check('--corpus-license', given(corpusLicense), /^(?=.*\S).{1,200}$/u, 'words are expected, at most 200 characters');
  check('--dataset', dataset, /^([\w-]+\/)?[\w.-]{1,96}$/, 'a name such as owner/dataset is expected');
  check(
    '--language',
    language,
    /^([a-z]{2,3}|code|multilingual)$/,
    'a code of ISO 639 is expected, such as en, or multilingual',
  );
  const statements = {
    license,
    licenseName: name,
    hasLicenseText: licenseFile !== undefined,
    corpusLicense,
    datasets: dataset,
    languages: language,
  };
  return { statements, licenseFile };
}

function checkLicense(license: string): void {
  if (hubLicenses.includes(license)) return;
  const meant = nearest(license, hubLicenses);
  const guess = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw new UserError(
    'usage',
    `--license ${quotedName(license)}${guess}: the Hub does not list it. Licences are written as apache-2.0, mit, cc-by-4.0 or gpl-3.0; ` +
      'for another one give --license other, --license-name and --license-file',
  );
}

const given = (value: string | undefined) => (value === undefined ? [] : [value]);

function check(flag: string, values: readonly string[], form: RegExp, expected: string): void {
  const wrong = values.find((value) => !form.test(value));
  if (wrong !== undefined) throw new UserError('usage', `${flag} ${quotedName(wrong)}: ${expected}`);
}
