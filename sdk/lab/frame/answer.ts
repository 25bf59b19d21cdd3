/** An answer that is more than its `data`. */
export class LabAnswer {
  readonly data: unknown;
  /** Further top-level members, such as `total`. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Plain text in place of JSON. */
  readonly text: string | undefined;
  /** Compressed whatever the client accepts. */
  readonly gzip: boolean;

  constructor(parts: { data?: unknown; extra?: Record<string, unknown>; text?: string; gzip?: boolean }) {
    this.data = parts.data ?? null;
    this.extra = parts.extra ?? {};
    this.text = parts.text;
    this.gzip = parts.gzip ?? false;
  }
}
