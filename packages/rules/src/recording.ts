import { RecordingLine } from '@maskwatch/contracts/observation';
import type { RuleEngine } from './rule-engine.ts';
import type { RuleEvent } from './rule-event.ts';

/**
 * The lines of a recording, in order; empty lines are passed over. Throws an Error that names the
 * line that is none.
 */
export function parseRecording(text: string): RecordingLine[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [RecordingLine.parse(JSON.parse(line))];
    } catch (cause) {
      throw new Error(`line ${i + 1} is not a line of a recording`, { cause });
    }
  });
}

export function recordingLine(line: RecordingLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** What the rules make of a recording, in its own time; ticks say nothing to them. */
export function rehearse(lines: Iterable<RecordingLine>, engine: RuleEngine): RuleEvent[] {
  const events: RuleEvent[] = [];
  for (const line of lines) {
    if ('observation' in line) events.push(...engine.observe(line.observation));
  }
  return events;
}
