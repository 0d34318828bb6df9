import { z } from 'zod';
import { Point, Polygon } from './box.ts';
import { CameraId } from './camera.ts';
import { JudgedState } from './mask-state.ts';
import { Severity } from './violation.ts';

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration with its unit ("3s", "72h") in, milliseconds out. */
export const Duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, {
    error: 'a number with its unit: ms, s, m, h or d, for example 3s or 72h',
  })
  .transform((text) => {
    const unit = text.replace(/^[\d.]+/, '') as keyof typeof units;
    return Number.parseFloat(text) * units[unit];
  });

const sizes = { KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as const;

/** An amount of bytes with its unit ("10GB") in, bytes out. */
export const ByteSize = z
  .string()
  .regex(/^\d+(\.\d+)?(KB|MB|GB|TB)$/, { error: 'a number with its unit: KB, MB, GB or TB' })
  .transform((text) => {
    const unit = text.replace(/^[\d.]+/, '') as keyof typeof sizes;
    return Math.round(Number.parseFloat(text) * sizes[unit]);
  });

const Id = CameraId;
const duration = (text: string) => Duration.prefault(text);

export const CameraConfig = z.strictObject({
  id: Id,
  /** What people call it; the id where absent. */
  name: z.string().min(1).max(80).optional(),
  /** demo, rtsp:// or rtsps://, http:// or https:// (MJPEG), a film, or a webcam's path under /dev/v4l. */
  source: z.string().min(1),
  /** Stored apart from the address and encoded once, so that any character may stand in it. */
  user: z.string().optional(),
  password: z.string().optional(),
  /** A file that holds the password; the loader reads it into `password`. */
  passwordFile: z.string().min(1).optional(),
  /** Frames a second that are looked at. */
  rate: z.number().min(0.2).max(30).default(5),
  /** The analysis picture is never larger than this, and never upscaled. */
  maxWidth: z.number().int().min(64).max(1920).default(1280),
  maxHeight: z.number().int().min(64).max(1080).default(720),
  /** Painted over before the detector sees the picture: what is under them exists nowhere. */
  privacyMasks: z.array(Polygon).default([]),
});
export type CameraConfig = z.infer<typeof CameraConfig>;

export const ZoneConfig = z.strictObject({ id: Id, camera: Id, points: z.array(Point).min(3) });
export type ZoneConfig = z.infer<typeof ZoneConfig>;

export const RuleConfig = z.strictObject({
  id: Id,
  /** A person in one of these settled states breaks the rule. */
  states: z.array(JudgedState).min(1),
  hold: duration('3s'),
  severity: Severity.default('high'),
  /** Every camera where absent. */
  cameras: z.array(Id).optional(),
  /** The whole picture where absent; else the bottom centre of the face must be in one of them. */
  zones: z.array(Id).optional(),
});
export type RuleConfig = z.infer<typeof RuleConfig>;

export const EndpointConfig = z.strictObject({
  id: Id,
  url: z.url({ protocol: /^https?$/ }),
  /** whsec_ and 24 to 64 random bytes as base64. */
  secret: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, {
    error:
      'whsec_ followed by 24 to 64 random bytes as base64 ("maskwatch doctor --secret" makes one)',
  }),
  /** A file that holds the secret; the loader reads it into `secret`. */
  secretFile: z.string().min(1).optional(),
  picture: z.boolean().default(false),
});
export type EndpointConfig = z.infer<typeof EndpointConfig>;

/** Where the page is found while nothing else is said. */
export const usualPort = 8787;
export const usualPublicUrl = `http://localhost:${usualPort}`;

export const Config = z.strictObject({
  /** Where people open the page; the url of a webhook starts with it. */
  publicUrl: z.url().default(usualPublicUrl),
  access: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(usualPort),
      /** Without it the page answers on loopback only. */
      token: z.string().min(16).optional(),
      /** A file that holds the token; the loader reads it into `token`. */
      tokenFile: z.string().min(1).optional(),
      /** Live clients of one hub at once. */
      viewers: z.number().int().min(1).max(10_000).default(200),
    })
    .prefault({}),
  models: z
    .strictObject({
      detector: z.string().default('face-yolov4-mobilenetv2'),
      classifier: z.string().default('mask-mobilenetv2'),
    })
    .prefault({}),
  cameras: z.array(CameraConfig).default([]),
  zones: z.array(ZoneConfig).default([]),
  rules: z.array(RuleConfig).default([]),
  /** A camera that is blind for this long raises an alert of its own. */
  offlineAfter: duration('30s'),
  endpoints: z
    .strictObject({
      /** Private or loopback networks that webhooks may reach, as CIDR. */
      allow: z.array(z.union([z.cidrv4(), z.cidrv6()])).default([]),
      webhooks: z.array(EndpointConfig).default([]),
    })
    .prefault({}),
  retention: z
    .strictObject({
      pictures: duration('72h'),
      picturesLimit: ByteSize.prefault('10GB'),
      alerts: duration('30d'),
    })
    .prefault({}),
});
export type Config = z.infer<typeof Config>;
