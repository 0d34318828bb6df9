import type { Camera } from './camera.ts';

export type SourceKind = Camera['kind'];

const schemes: Record<string, SourceKind> = {
  rtsp: 'rtsp',
  rtsps: 'rtsp',
  http: 'mjpeg',
  https: 'mjpeg',
};

const hostAndPort = /^(\[[0-9a-f:.]+\]|[^:@[\]\s/?#]+)(:\d{1,5})?$/i;

function schemeOf(source: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(source)?.[1]?.toLowerCase();
}

/** What kind of camera a configured source is; a source that is nothing else is a film's path. */
export function sourceKind(source: string): SourceKind {
  if (source === 'demo') return 'demo';
  if (source.startsWith('/dev/')) return 'webcam';
  return schemes[schemeOf(source) ?? ''] ?? 'file';
}

/** Why no camera can be read from this source, without a credential in it; undefined if one can. */
export function sourceFault(source: string): string | undefined {
  const scheme = schemeOf(source);
  if (scheme !== undefined && !(scheme in schemes)) {
    return `a camera cannot be read over "${scheme}"; allowed: demo, rtsp://, rtsps://, http:// or https:// (MJPEG), the path of a film, or a webcam under /dev/v4l/by-id/`;
  }
  if (source.startsWith('/dev/') && !/^\/dev\/v4l\/by-(id|path)\/./.test(source)) {
    return `${source} may be another webcam after the next start; use its name under /dev/v4l/by-id/ ("ls /dev/v4l/by-id" lists them)`;
  }
  if (scheme === undefined) return undefined;
  const bare = takeCredentials(source).source;
  if (URL.canParse(bare) && new URL(bare).hostname !== '') return undefined;
  // Only what looks like a host is shown: the rest may be a password that lost its "@".
  const host = bare.slice(scheme.length + 3).split(/[/?#]/, 1)[0] ?? '';
  const shown = hostAndPort.test(host) ? `"${host}" is no host` : 'this is no address';
  return `${shown}; write it as ${scheme}://HOST:PORT/PATH, with user and password in keys of their own`;
}

/** Written as it is typed, or percent-encoded: what does not decode was meant as written. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Takes user and password out of a network address. A password typed into it may hold "/", "?" or
 * "#": where what comes before the first of them does not end in a host, the last "@" ends it.
 */
export function takeCredentials(source: string): {
  source: string;
  user?: string;
  password?: string;
} {
  const scheme = schemeOf(source);
  if (scheme === undefined) return { source };
  const text = source.slice(scheme.length + 3);
  const authority = text.split(/[/?#]/, 1)[0] ?? '';
  const plain = hostAndPort.test(authority.slice(authority.lastIndexOf('@') + 1));
  const at = (plain ? authority : text).lastIndexOf('@');
  if (at < 0) return { source };
  const info = text.slice(0, at);
  const colon = info.indexOf(':');
  const bare = `${scheme}://${text.slice(at + 1)}`;
  if (colon < 0) return { source: bare, user: decoded(info) };
  const [user, password] = [info.slice(0, colon), info.slice(colon + 1)];
  return { source: bare, user: decoded(user), password: decoded(password) };
}
