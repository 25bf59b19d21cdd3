/** Something too large or too binary for an answer, kept for whoever made it. */
export interface Artifact {
  /** `a_` and 24 hex digits. */
  readonly id: string;
  readonly title: string;
  readonly mimeType: string;
  /** Whether its content is UTF-8 text. */
  readonly isText: boolean;
  /** Size of the content in bytes. */
  readonly size: number;
  /** Times in milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** What is to be kept, and as what it is shown. */
export interface NewArtifact {
  readonly title: string;
  /** Of text where left out: `text/plain`; of bytes: `application/octet-stream`. */
  readonly mimeType?: string;
  /** Text is masked before it is stored; bytes are kept as they are. */
  readonly content: string | Uint8Array;
}

/** A part of an artifact, in bytes of its content. */
export interface ArtifactRange {
  readonly offset?: number;
  readonly limit?: number;
}

/** A part of an artifact's content. Of text it begins and ends at whole characters. */
export interface ArtifactPart {
  readonly artifact: Artifact;
  readonly bytes: Uint8Array;
  /** Where the part really begins. */
  readonly offset: number;
  /** Where the next part begins; undefined at the end. */
  readonly next?: number;
}

/** An artifact that comes in parts, of which nobody knows the size before. */
export interface ArtifactWriter {
  /**
   * Bytes that had no room and were only counted: an artifact is at most as large as all may be together. The oldest
   * others make way.
   */
  readonly lost: number;
  /** As they are: whoever writes has masked them. Throws ToolError `internal` where they cannot be written. */
  write(bytes: Uint8Array): Promise<void>;
  /** Only now it is there for others. Throws as `write` does. */
  finish(): Promise<Artifact>;
  /** Leaves nothing behind; never rejects. */
  discard(): Promise<void>;
}

/** Artifacts by subject; nobody sees those of others. */
export interface Artifacts {
  /** Keeps content; throws ToolError `unsupported` where it is larger than all room, `internal` where it cannot be written. */
  put(subject: string, artifact: NewArtifact): Promise<Artifact>;
  /** Begins one that is written in parts. Throws ToolError `internal` where that cannot be. */
  open(subject: string, title: string): Promise<ArtifactWriter>;
  /** Newest first. */
  list(subject: string, limit: number): Promise<readonly Artifact[]>;
  /** Throws ToolError `not_found` where it is unknown, expired or of another subject. */
  get(subject: string, id: string): Promise<Artifact>;
  /** Throws as `get` does, and `invalid_input` for a range beyond the end. */
  read(subject: string, id: string, range?: ArtifactRange): Promise<ArtifactPart>;
  /** Calls back when this process has put an artifact. */
  onPut(listener: (subject: string) => void): void;
}
