import { type SceneReport, summarise } from '../scenes/evaluate.ts';

/** A line a scene, then the figures of all together. */
export function sceneTable(reports: SceneReport[]): string {
  const lines = reports.map((report) => {
    const figures = summarise([report]);
    const alerts = report.people.reduce((sum, person) => sum + person.alerts, 0);
    return [
      report.name.padEnd(24),
      `people ${report.people.length}`,
      `tracks/person ${figures.tracksPerPerson.toFixed(2)}`,
      `wrong changes/min ${figures.wrongChangesPerTrackMinute.toFixed(2)}`,
      `decided in ${(figures.slowestDecisionMs / 1000).toFixed(1)} s`,
      `unknown ${(figures.unknownShare * 100).toFixed(0)} %`,
      `alerts ${alerts}`,
      `unexpected ${report.unexpectedAlerts}`,
      `missed ${report.missedAlerts.join(' ') || '-'}`,
      `undecided ${figures.undecided.join(' ') || '-'}`,
    ].join('  ');
  });
  return [...lines, JSON.stringify(summarise(reports))].join('\n');
}
