/** Between the run and its processes of viewers. */

export interface ToldAlert {
  id: string;
  sequence: number;
}

/** Where a viewer looks, what it shows to be let in, and the camera that it watches. */
export interface ViewerOrder {
  url: string;
  token?: string;
  cameraId?: string;
}

export interface ViewersFigures {
  /** Now. */
  connected: number;
  pictures: number;
  cameras: number;
  alerts: number;
  /** Alerts before which something was missed; it was asked for. */
  holes: number;
  /** Connections that ended. */
  lost: number;
  /** From capture to the viewer. */
  pictureDelaysMs: number[];
  /** From what the rules, or a person, decided to the viewer: with the commit. */
  alertDelaysMs: number[];
}

export type ViewersOrder =
  | { kind: 'join'; viewers: ViewerOrder[] }
  | { kind: 'begin' }
  | { kind: 'figures' }
  | { kind: 'missing'; alerts: ToldAlert[] };

export type ViewersAnswer =
  | { kind: 'joined' }
  | { kind: 'begun' }
  | { kind: 'figures'; figures: ViewersFigures }
  | { kind: 'missing'; missing: number };
