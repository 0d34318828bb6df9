/** A real RTSP camera: GStreamer's server in a process of its own, so that it can be stopped and killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '@maskwatch/platform/testing/free-port';
import { listenHost } from '../service/shape.ts';

export interface RtspCameraOptions {
  /** An H.264 film; it is looped at its own pace. */
  film: string;
  /** A free one where absent; needed to come back at the same address. */
  port?: number;
  user?: string;
  password?: string;
  /** The address that it listens on; a test's own where absent. */
  host?: string;
  /** The film began with the server, as a camera's view does, not with each viewer. */
  running?: boolean;
}

export interface RtspCamera {
  /** Without credentials. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** When the newest stream's picture 0 was due, by this machine's monotonic clock in seconds. */
  readonly beganAt: number;
  /** Stops the process without closing its connections (SIGSTOP). */
  freeze(): void;
  thaw(): void;
  /** Kills it; answers when it is gone. */
  stop(): Promise<void>;
}

const script = fileURLToPath(new URL('./rtsp-server.py', import.meta.url));

export async function startRtspCamera(options: RtspCameraOptions): Promise<RtspCamera> {
  const { film, host = listenHost, user, password = '', running = false } = options;
  const port = options.port ?? (await freePort());
  const credentials = user === undefined ? [] : [user, password];
  const child = spawn(
    '/usr/bin/python3',
    [script, ...(running ? ['--running'] : []), film, host, String(port), ...credentials],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const gone = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  let beganAt = Number.NaN;
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word, value = ''] = line.split(' ');
      if (word === 'ready') resolve(value);
      if (word === 'began') beganAt = Number(value);
    });
  });
  const url = await Promise.race([
    ready,
    gone.then(() => {
      throw new Error(
        'the RTSP server did not start: are python3-gi and gst-rtsp-server installed?',
      );
    }),
  ]);
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid!,
    get beganAt() {
      return beganAt;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop,
  };
}
