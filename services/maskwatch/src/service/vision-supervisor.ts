/**
 * Keeps one vision process running: started again when it ends, killed when it says nothing. A
 * camera that was in flight in three deaths within a minute is kept out for five.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { LocalHubBus } from '@maskwatch/bus/local-hub-bus';
import type { CameraBoard } from '@maskwatch/hub/cameras/camera-board';
import { Quarantine } from '@maskwatch/hub/quarantine';
import type { VisionWatch } from '@maskwatch/hub/vision-watch';
import { dyingWithParent } from '@maskwatch/platform/child-process';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';

const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** A process that ran this long starts with a short pause again. */
const soundMs = 60_000;
/** Statuses come each second; models of 250 MB take seconds to open before the first. */
const silentMs = 10_000;
const openingMs = 60_000;
const checkMs = 1000;
/** Runs under way may finish this long when the service stops. */
const stopMs = 5000;

/** What the vision process runs, where nothing else is given. */
const visionProcess = fileURLToPath(new URL('../vision/vision-process.ts', import.meta.url));

export interface VisionSupervisorOptions {
  bus: LocalHubBus;
  vision: VisionWatch;
  board: CameraBoard;
  cameraIds: string[];
  clock: Clock;
  logger: Logger;
  /** Path of what a vision process runs. */
  script?: string;
}

export class VisionSupervisor {
  readonly #options: VisionSupervisorOptions;
  readonly #quarantine = new Quarantine();
  #child: ChildProcess | undefined;
  #startedAt = 0;
  #pauseMs = firstPauseMs;
  #cancelTimer = () => {};
  #cancelCheck = () => {};
  #stopping = false;
  /** We end it ourselves, for no fault of a camera. */
  #renewing = false;

  constructor(options: VisionSupervisorOptions) {
    this.#options = options;
  }

  start(): void {
    const { vision, clock, bus, logger, cameraIds, script = visionProcess } = this.#options;
    vision.starts += 1;
    vision.status = undefined;
    vision.inFlight.clear();
    vision.quarantined.clear();
    for (const id of this.#quarantine.kept(clock.now(), cameraIds)) vision.quarantined.add(id);
    this.#sayQuarantined();
    const [command, args] = dyingWithParent(process.execPath, [script]);
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    this.#child = child;
    this.#startedAt = clock.now();
    // "close", not "exit": what it said last is read by then, and says which cameras were in flight.
    child.once('close', (code, signal) => this.#ended(child, { code, signal }));
    child.once('error', (err) => {
      logger.error({ err }, 'the vision process cannot be started');
      if (child.pid === undefined) this.#ended(child, { code: null, signal: null });
    });
    // Absent where the machine has no descriptors left.
    const socket = child.stdio?.[3] as Socket | undefined;
    if (socket !== undefined) bus.attach(socket);
    logger.info({ visionPid: child.pid, starts: vision.starts }, 'vision process started');
    this.#check();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer();
    this.#cancelCheck();
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
    this.#options.bus.send({ kind: 'stop' });
    const cancel = this.#options.clock.setTimer(() => child.kill('SIGKILL'), stopMs);
    await gone;
    cancel();
  }

  #check(): void {
    const { clock } = this.#options;
    const due = clock.now() + checkMs;
    this.#cancelCheck = clock.setTimer(() => {
      // This process stood still itself: what was said in the meantime is not read yet.
      const late = clock.now() - due > checkMs;
      if (late || this.#goesOn()) this.#check();
      else this.#child?.kill('SIGKILL');
    }, checkMs);
  }

  #goesOn(): boolean {
    const { vision, clock, logger } = this.#options;
    const patience = vision.status === undefined ? openingMs : silentMs;
    const silentFor = clock.now() - vision.heardAt;
    if (silentFor > patience) {
      logger.error({ silentMs: silentFor }, 'the vision process hangs; killing it');
      return false;
    }
    if (!this.#quarantine.over(clock.now(), vision.quarantined)) return true;
    logger.info('a quarantine is over; starting the vision process with all its cameras');
    this.#renewing = true;
    return false;
  }

  #ended(
    child: ChildProcess,
    { code, signal }: { code: number | null; signal: NodeJS.Signals | null },
  ): void {
    if (this.#child !== child) return;
    const { vision, clock, logger, board, cameraIds } = this.#options;
    this.#child = undefined;
    this.#cancelCheck();
    if (this.#stopping) return;
    const now = clock.now();
    const inFlight = [...vision.inFlight];
    logger.error({ code, signal, inFlight }, 'the vision process ended');
    if (!this.#renewing) this.#quarantine.died(now, inFlight);
    this.#renewing = false;
    if (now - this.#startedAt > soundMs) this.#pauseMs = firstPauseMs;
    const detail = 'The vision process ended and is being started again; the log says why.';
    for (const id of cameraIds) {
      board.ownerGone(id, { state: 'offline', cause: 'vision-process', detail, since: now });
    }
    this.#cancelTimer = clock.setTimer(() => this.start(), this.#pauseMs);
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
  }

  #sayQuarantined(): void {
    const { vision, board, clock, logger } = this.#options;
    for (const id of vision.quarantined) {
      logger.error({ cameraId: id }, 'camera quarantined for 5 minutes');
      board.ownerGone(id, {
        ...{ state: 'offline', cause: 'quarantined', since: clock.now() },
        detail:
          'Its pictures were being judged when the vision process died three times in a minute. ' +
          'It is left out for 5 minutes, then tried again.',
      });
    }
  }
}
