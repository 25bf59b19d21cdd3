import type { CallContext } from "../call/types.ts";

/** A resource as it is listed. */
export interface ListedResource {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly mimeType: string;
  /** Bytes, where known. */
  readonly size?: number;
}

/** A family of resources, by a URI template (RFC 6570). */
export interface ResourceTemplate {
  readonly uriTemplate: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType?: string;
}

/** What a resource holds, or a part of it: text, or bytes. */
export interface ResourceContent {
  readonly mimeType: string;
  readonly body: string | Uint8Array;
  /** Facts about the part: sizes, where the next one begins. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** What a URI names. */
export interface NamedResource {
  /** For audit and messages: `resource inventory`. */
  readonly what: string;
  /** The cluster that is read. */
  readonly cluster?: string;
  /** Throws ToolError and RestFault. */
  read(context: CallContext): Promise<ResourceContent>;
  /** Calls back when the content changes, until it changes no more or `signal` is aborted; missing where that cannot be told. */
  readonly watch?: (changed: () => void, signal: AbortSignal) => Promise<void>;
}

/** A kind of resource: `proxmox://<host>/…`. */
export interface ResourceKind {
  readonly host: string;
  readonly templates: readonly ResourceTemplate[];
  list(subject: string): Promise<readonly ListedResource[]>;
  /** What the URI names; undefined where it has not the form of any template. Throws ToolError for a bad range. */
  open(uri: URL): NamedResource | undefined;
}

/** All resources of the kernel. */
export interface Resources {
  templates(): readonly ResourceTemplate[];
  list(subject: string): Promise<readonly ListedResource[]>;
  /** Throws ToolError `not_found` for a URI that names nothing here. */
  open(uri: string): NamedResource;
}
