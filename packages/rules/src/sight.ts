import type { RuleConfig, ZoneConfig } from '@maskwatch/contracts/config';
import type { Track } from '@maskwatch/contracts/observation';
import { insideZone, type Size } from './zone-presence.ts';

/** A track on one observation, in the eyes of one rule. */
export interface Sight {
  track: Track;
  inZone: boolean;
  /** Seen, in the zone, and in a state that the rule forbids. */
  breaking: boolean;
  /** Seen in a settled state that the rule allows. */
  allowed: boolean;
}

/** `zones` are those of the track's camera; a rule that names none means the whole picture. */
export function sightOf(given: {
  rule: RuleConfig;
  track: Track;
  zones: ZoneConfig[];
  picture: Size;
}): Sight {
  const { rule, track, zones, picture } = given;
  const named = zones.filter(({ id }) => rule.zones?.includes(id));
  const inZone =
    rule.zones === undefined || named.some((zone) => insideZone(track.box, zone, picture));
  const forbidden = rule.states.some((state) => state === track.state);
  return {
    track,
    inZone,
    breaking: track.seen && inZone && forbidden,
    allowed: track.seen && !forbidden && track.state !== 'unknown',
  };
}
