import type { SourceFile } from './source-files.ts';

export interface WordFault {
  path: string;
  line: number;
  reason: string;
}

/** Split so that this page does not refuse itself. */
const unfinished = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|');

const tracker = ['iss' + 'ue', 'tick' + 'et', 'pull req' + 'uest'].join('|');

/** What never stands in a committed text, each with what to do instead. */
const refused: [RegExp, string][] = [
  [new RegExp(`\\b(${unfinished})\\b`), 'unfinished work goes to the tracker, not into the source'],
  [
    /(?<![\w.$}/-])\/(work|root|home\/\w+|Users\/\w+)\//,
    'a path of one machine: make it relative or a setting',
  ],
  [
    /https?:\/\/(?!registry\.npmjs\.org)[\w.-]*(registry|artifactory|nexus|verdaccio)[\w.-]*[/:]/i,
    'a registry host: leave it to the npm or pip configuration of the machine',
  ],
  [
    new RegExp(`\\b(${tracker})s? #?\\d+\\b`, 'i'),
    'a number of the tracker: say the reason itself, which outlives the tracker',
  ],
  [/<{7} |>{7} /, 'a conflict that was not resolved'],
  [/\bdebugger;/, 'a breakpoint'],
];

const noName = /(^|\/)(utils?|helpers?|common|misc|manager)(\/|\.[a-z]+$)/;

/** Faults of one file: its name, and the words in it. */
export function wordFaults(file: SourceFile): WordFault[] {
  const faults: WordFault[] = [];
  if (noName.test(file.path)) {
    const reason = 'the name says nothing: name it by the one thing that it decides';
    faults.push({ path: file.path, line: 1, reason });
  }
  for (const [index, line] of file.text.split('\n').entries()) {
    for (const [pattern, reason] of refused) {
      const found = pattern.exec(line);
      if (found === null) continue;
      faults.push({ path: file.path, line: index + 1, reason: `"${found[0]}": ${reason}` });
    }
  }
  return faults;
}

export const textPatterns = [
  '*.{md,json,yaml,yml,sh,ts}',
  '{packages,services,scripts,test,bench,docs,config,models,.ci}/**/*.{ts,tsx,css,html,md,json,jsonl,yaml,yml,sh,py,cfg}',
  'services/maskwatch/bin/maskwatch',
  '.ci/run',
];
