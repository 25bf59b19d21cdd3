import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "./canonical.ts";

/** The end of a chain as its head file keeps it. */
export interface ChainHead {
  /** Name of the chain: the file's name without extension. */
  readonly chain: string;
  /** Sequence number of the last entry. */
  readonly seq: number;
  /** Hash of the last entry. */
  readonly hash: string;
  /** True when the last entry is the seal. */
  readonly sealed: boolean;
}

/** Any entry: what happened, under a sequence number and the hash of the entry before. */
export type ChainEntry = { readonly [key: string]: Json } & {
  readonly seq: number;
  /** Hash of the entry before; empty in the first. */
  readonly prev: string;
  /** When, ISO 8601 in UTC. */
  readonly at: string;
  readonly event: string;
};

/** `event` of the first entry of a chain; its `heads` are the ends of the chains before. */
export const OPEN = "open";
/** `event` of the last entry of a chain. */
export const SEAL = "seal";

/** Extension of a chain's file. */
export const CHAIN_EXTENSION = ".jsonl";
/** Extension of a chain's head file. */
export const HEAD_EXTENSION = ".head";

/** SHA-256, in hexadecimal, of a line without its line break. */
export function hashLine(line: string): string {
  return createHash("sha256").update(line, "utf8").digest("hex");
}

/** An entry as its line holds it, without line break. */
export function entryLine(entry: ChainEntry): string {
  return canonicalJson(entry);
}

/** The entry of a line; undefined unless the line is the canonical form of an entry. */
export function parseEntry(line: string): ChainEntry | undefined {
  const value = parseJson(line);
  if (!isEntry(value)) return undefined;
  return canonicalJson(value) === line ? value : undefined;
}

/** The head in a head file's text; undefined when it is none. */
export function parseHead(text: string): ChainHead | undefined {
  const value = parseJson(text);
  return isHead(value) ? value : undefined;
}

/** The heads that an opening entry names. */
export function namedHeads(entry: ChainEntry): readonly ChainHead[] {
  const heads = entry.heads;
  return Array.isArray(heads) ? heads.filter(isHead) : [];
}

function parseJson(text: string): Json | undefined {
  try {
    // JSON.parse answers nothing but JSON.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function isEntry(value: Json | undefined): value is ChainEntry {
  return (
    isObject(value) &&
    Number.isSafeInteger(value.seq) &&
    typeof value.prev === "string" &&
    typeof value.at === "string" &&
    typeof value.event === "string"
  );
}

function isHead(value: unknown): value is ChainHead {
  return (
    isObject(value) &&
    typeof value.chain === "string" &&
    Number.isSafeInteger(value.seq) &&
    typeof value.hash === "string" &&
    typeof value.sealed === "boolean"
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
