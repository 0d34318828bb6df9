/** Who owns a camera, since which epoch. */
export interface CameraLease {
  cameraId: string;
  epoch: number;
  owner: string;
}

/**
 * Which of several hubs is active, and which ingest owns which camera: both with a number that only
 * grows, so that who was passed over is not believed. Kept in the store that all hubs share.
 */
export interface Leadership {
  /**
   * Becomes, or stays, the active hub for `leaseMs` on the store's clock; undefined while another
   * one is. The term grows with each change of the active hub.
   */
  claim(claim: { hubId: string; leaseMs: number }): Promise<{ term: number } | undefined>;
  /** Gives the place up at once; the others need not wait for the lease to end. */
  resign(hubId: string): Promise<void>;
  /**
   * From now on what this process says of violations counts only while the term is the newest: the
   * store's calls reject with Problem `store-fenced` once it is not.
   */
  fence(term: number): void;
  cameraLeases(): Promise<CameraLease[]>;
  /** Gives a camera to another owner; answers the new epoch. Problem `store-fenced`. */
  grant(cameraId: string, owner: string): Promise<number>;
}
