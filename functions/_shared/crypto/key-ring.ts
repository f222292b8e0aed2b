/** Master keys, by id. The first is current and wraps new data keys; the others open what they wrapped before. */
export interface KeyRing {
  readonly currentId: string;
  /** Null when no key has this id. */
  find(id: string): CryptoKey | null;
}
