/**
 * One round of the film with known visitors, watched by the shape that MASKWATCH_SHAPE names: prints a
 * row for each visitor, as JSON.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert } from '@maskwatch/contracts/alert';
import type { Camera } from '@maskwatch/contracts/camera';
import type { AlertPage } from '@maskwatch/contracts/http';
import { until } from '@maskwatch/platform/testing/until';
import { startRtspCamera } from '../cameras/rtsp-camera.ts';
import { FilmClock, type Showing } from '../service/film-clock.ts';
import { WebhookReceiver } from '../service/receiver.ts';
import { startService } from '../service/start-service.ts';
import { buildVisitsFilm } from '../service/visits-film.ts';

export interface VisitorRow {
  visitor: string;
  /** What has to be the same in each shape. */
  facts: {
    state: string;
    severity: string;
    ended: string | undefined;
    evidence: string[];
    delivered: string[];
  }[];
  /** Seconds from the visitor's first picture to the violation, and to its alert. */
  startedAfter: number[];
  openedAfter: number[];
}

const folder = await mkdtemp(join(tmpdir(), 'maskwatch-round-'));
const visits = await buildVisitsFilm(folder);
const camera = await startRtspCamera({ film: visits.film, running: true });
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const receiver = await new WebhookReceiver({ secret, file: join(folder, 'taken.jsonl') }).up();
const service = await startService({
  folder,
  config: `
cameras: [{ id: gate, source: "${camera.url}" }]
rules: [{ id: no_mask, states: [no_mask] }]
endpoints:
  allow: [127.0.0.0/8]
  webhooks: [{ id: desk, url: "${receiver.url}", secret: "${secret}" }]
`,
});
try {
  const judged = async () => (await service.get<Camera>('/cameras/gate')).lastJudgedAt;
  await until('the camera is judged', judged);
  const from = Date.now();
  const film = new FilmClock('gate', visits, camera.beganAt);
  const round = () => film.showings(from, Date.now()).slice(0, visits.visits.length);
  await until('a whole round', () => round().length === visits.visits.length, { withinMs: 90_000 });
  const showings = round();
  const alerts = await until('all have ended', () => endedAlerts(showings), { withinMs: 40_000 });
  const ends = () => alerts.every((alert) => delivered(alert).length === 2);
  await until('all is delivered', ends);
  const rows = showings.map((showing) => rowOf(showing, alerts));
  console.log(JSON.stringify(rows.sort((a, b) => a.visitor.localeCompare(b.visitor))));
} finally {
  await service.stop();
  await camera.stop();
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
}

function of({ from, to }: Showing, { violation }: Alert): boolean {
  return violation.startedAt >= from - 1000 && violation.startedAt <= to;
}

async function endedAlerts(showings: Showing[]): Promise<Alert[] | false> {
  const { alerts } = await service.get<AlertPage>('/alerts?limit=200');
  const mine = alerts.filter((alert) => showings.some((showing) => of(showing, alert)));
  return mine.every(({ condition }) => condition === 'ended') && mine;
}

function delivered({ id }: Alert): string[] {
  return receiver.taken.filter(({ body }) => body.data.id === id).map(({ body }) => body.type);
}

function rowOf(showing: Showing, alerts: Alert[]): VisitorRow {
  const mine = alerts.filter((alert) => of(showing, alert));
  const seconds = (at: number) => (at - showing.from) / 1000;
  return {
    visitor: showing.name.split(', ')[1]!,
    facts: mine.map((alert) => ({
      ...{ state: alert.violation.state, severity: alert.violation.severity },
      ended: alert.violation.ended,
      evidence: alert.evidence.map(({ kind }) => kind).sort(),
      delivered: delivered(alert),
    })),
    startedAfter: mine.map(({ violation }) => seconds(violation.startedAt)),
    openedAfter: mine.map(({ violation }) => seconds(violation.openedAt)),
  };
}
