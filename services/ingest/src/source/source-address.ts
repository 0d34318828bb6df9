import { resolve } from 'node:path';
import type { Camera } from '@maskwatch/contracts/camera';
import type { CameraConfig } from '@maskwatch/contracts/config';
import { encodeUserInfo } from '@maskwatch/platform/child-process';
import { Problem } from '@maskwatch/platform/problem';

/** Where a camera's pictures come from: a closed list. */
export interface SourceAddress {
  kind: Camera['kind'];
  /** What ffmpeg opens, with user and password encoded once. */
  url: string;
  /** The same without credentials, for logs and people. */
  shown: string;
  /** For the TCP probe; network kinds only. */
  host?: string;
  port?: number;
  /** Never shown: raw password. */
  secrets: string[];
}

const PORTS: Record<string, number> = { rtsp: 554, rtsps: 322, http: 80, https: 443 };

export interface AddressOptions {
  /** The film behind the source "demo". */
  demoFilm: string;
}

/** Sorts a configured source into its kind. Throws Problem `source-unknown`. */
export function sourceAddress(
  camera: Pick<CameraConfig, 'source' | 'user' | 'password'>,
  { demoFilm }: AddressOptions,
): SourceAddress {
  const { source } = camera;
  if (source === 'demo') return local('demo', demoFilm);
  if (/^\/dev\/v4l\/by-(id|path)\//.test(source)) return local('webcam', source);
  if (/^\/dev\//.test(source)) throw unstableDevice(source);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(source)?.[1]?.toLowerCase();
  if (scheme === undefined) return local('file', source);
  if (!(scheme in PORTS)) throw unknownScheme(scheme);
  return network(camera, scheme);
}

function local(kind: 'demo' | 'file' | 'webcam', path: string): SourceAddress {
  const absolute = resolve(path);
  return { kind, url: absolute, shown: kind === 'demo' ? 'demo' : absolute, secrets: [] };
}

/** The rest of the address is passed on as written: cameras are picky about paths and queries. */
function network(
  camera: Pick<CameraConfig, 'source' | 'user' | 'password'>,
  scheme: string,
): SourceAddress {
  const [authority, rest] = splitAuthority(camera.source.slice(scheme.length + 3));
  const at = authority.lastIndexOf('@');
  const hostPort = authority.slice(at + 1);
  const { host, port } = hostAndPort(hostPort, scheme);
  const userInfo = at < 0 ? undefined : authority.slice(0, at);
  const { user, password } = credentials(camera, userInfo);
  const prefix = user === undefined ? '' : `${encodeUserInfo(user)}:${encodeUserInfo(password)}@`;
  return {
    kind: scheme.startsWith('rtsp') ? 'rtsp' : 'mjpeg',
    url: `${scheme}://${prefix}${hostPort}${rest}`,
    shown: `${scheme}://${hostPort}${rest.replace(/\?.*$/s, '?...')}`,
    host,
    port,
    secrets: password === '' ? [] : [password],
  };
}

const HOST_PORT = /^(\[[0-9a-f:.]+\]|[^:@[\]\s/?#]+)(?::(\d{1,5}))?$/i;

/**
 * A password written into the address may hold "/", "?" or "#": where what comes before the first
 * of them does not end in a host, the last "@" ends the password.
 */
function splitAuthority(text: string): [string, string] {
  const first = text.split(/[/?#]/, 1)[0]!;
  const endsInHost = HOST_PORT.test(first.slice(first.lastIndexOf('@') + 1));
  const from = endsInHost ? 0 : text.lastIndexOf('@') + 1;
  const end = from + text.slice(from).search(/[/?#]|$/);
  return [text.slice(0, end), text.slice(end)];
}

function credentials(
  camera: Pick<CameraConfig, 'user' | 'password'>,
  userInfo: string | undefined,
): { user: string | undefined; password: string } {
  if (camera.user !== undefined) return { user: camera.user, password: camera.password ?? '' };
  if (userInfo === undefined) return { user: undefined, password: '' };
  const colon = userInfo.indexOf(':');
  const user = colon < 0 ? userInfo : userInfo.slice(0, colon);
  return { user: decoded(user), password: colon < 0 ? '' : decoded(userInfo.slice(colon + 1)) };
}

/** What is not valid percent-encoding was meant as written. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function hostAndPort(hostPort: string, scheme: string): { host: string; port: number } {
  const match = HOST_PORT.exec(hostPort);
  if (match?.[1] === undefined) {
    throw new Problem('source-address', `"${hostPort}" is not a host with an optional port`, {
      action: `Write the camera's source as ${scheme}://HOST:PORT/PATH.`,
      status: 400,
    });
  }
  const host = match[1].replace(/^\[|\]$/g, '');
  return { host, port: match[2] === undefined ? PORTS[scheme]! : Number(match[2]) };
}

function unknownScheme(scheme: string): Problem {
  return new Problem('source-unknown', `a camera cannot be read over "${scheme}"`, {
    action: 'Use demo, rtsp://, rtsps://, http:// or https:// (MJPEG), a film, or /dev/v4l/by-id/.',
    status: 400,
  });
}

function unstableDevice(path: string): Problem {
  return new Problem('source-unknown', `${path} may be another webcam after the next start`, {
    action: 'Use its name under /dev/v4l/by-id/ ("ls /dev/v4l/by-id" lists them).',
    status: 400,
  });
}
