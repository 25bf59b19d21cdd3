import type { Json } from "./facts.ts";

/** A JSON object. */
type JsonObject = {
  readonly [key: string]: Json;
};
/** The command line tools as stored; what a command lacks is left out. */
export interface StoredCli {
  /** Where the facts were taken from. */
  readonly source: string;
  /** By command in full words, in order. */
  readonly commands: Readonly<Record<string, StoredCommand>>;
}
/** One stored command; see `CliCommand` in `cli.ts` for the meaning of the fields. */
export interface StoredCommand {
  readonly args?: readonly string[];
  readonly rest?: string;
  readonly fixed?: JsonObject;
  readonly required?: readonly string[];
  readonly endpoint?: string;
  readonly parameters?: JsonObject;
  readonly options?: readonly string[];
  /** The command this is another name of, in words below the same group. */
  readonly alias?: string;
  readonly verb?: string;
  readonly private?: true;
  readonly daemon?: true;
  readonly plain?: true;
  readonly task?: true;
  readonly waits?: true;
}
/** Flattens extracted facts (`families`, `plainTools`) to one entry a command, without prose. */
export declare function packCli(facts: JsonObject, source: string): StoredCli;
/** The text of the data file: a command a line, so that differences can be read. */
export declare function printCli({ source, commands }: StoredCli): string;
