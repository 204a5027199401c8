/**
 * Files by key, where a key is the SHA-256 (hex) of everything that the content depends on.
 * An entry is written to a temporary name, fsynced and renamed; a truncated or altered entry is never returned.
 */
export interface ContentStore {
  /** The verified content, or `undefined` where there is none or the entry was damaged (it is then removed and logged). */
  read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  write(key: string, content: Uint8Array): Promise<void>;
  /** True when an intact entry exists (verified as `read` does). */
  has(key: string): Promise<boolean>;
}
