import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findDecoder } from '@maskwatch/ingest/source/decoder';
import { createLogger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { Command } from 'commander';
import { demoFilm } from '../vision/open-ingest.ts';
import { portNumber } from './port-number.ts';
import { untilStopped } from './until-stopped.ts';

interface DemoCameraOptions {
  host: string;
  port: number;
}

export function demoCameraCommand(): Command {
  return new Command('demo-camera')
    .description('serve the demo film in a loop as an MJPEG camera, for a first look')
    .option('--host <host>', 'address that it listens on', '127.0.0.1')
    .option('--port <n>', 'port of /film.mjpeg and /livez; 0 takes a free one', portNumber, 8554)
    .action(demoCamera);
}

async function demoCamera({ host, port }: DemoCameraOptions): Promise<void> {
  await findDecoder();
  const logger = createLogger({ service: 'demo-camera' });
  const films = new Set<ChildProcess>();
  const server = createServer((request, response) => {
    if (request.url === '/livez') return void response.end('ok\n');
    if (request.url !== '/film.mjpeg') return void response.writeHead(404).end();
    const film = play(response);
    films.add(film);
    film.once('close', () => films.delete(film));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new Problem('camera-port', `${host}:${port} cannot be listened on.`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  console.log(`the demo camera is at http://${host}:${bound}/film.mjpeg`);
  await untilStopped(logger, async () => {
    for (const film of films) film.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
  });
}

/** Each viewer has the film from its beginning. */
function play(response: ServerResponse): ChildProcess {
  const input = ['-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', demoFilm];
  const output = [
    '-an',
    '-c:v',
    'mjpeg',
    '-q:v',
    '4',
    '-f',
    'mpjpeg',
    '-boundary_tag',
    'frame',
    '-',
  ];
  const film = spawn('ffmpeg', [...input, ...output], { stdio: ['ignore', 'pipe', 'inherit'] });
  film.once('error', () => response.destroy());
  response.once('close', () => film.kill('SIGKILL'));
  response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
  film.stdout.pipe(response);
  return film;
}
