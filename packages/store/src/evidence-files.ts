/** Where the pictures of evidence are kept; their rows are in the store. */
export interface EvidenceFiles {
  /** Kept for good once this resolves; answers the path that the row names. */
  write(id: string, jpeg: Uint8Array, capturedAt: number): Promise<string>;
  /** Rejects where it is gone. */
  read(path: string): Promise<Buffer>;
  /** May be called again. */
  remove(path: string): Promise<void>;
  /** Paths last written before this time: what no row knows is left of a crash. */
  writtenBefore(time: number): Promise<string[]>;
}
