import type { ApiMethod, EndpointKey, ParamSchema } from "./types.ts";
/** Stands in {@link CliCommand.fixed} for the name of the node that the command runs on. */
export declare const LOCAL_NODE = "<localnode>";
/** One command of the tools on a node: `qm disk move`, `vzdump`. */
export interface CliCommand {
  /** All words up to the arguments. */
  readonly command: string;
  /** The program. */
  readonly family: string;
  /** Parameters given by position, in order; `extra-args` is all that follows `--`. */
  readonly args: readonly string[];
  /** The parameter that takes all positions as a list (`vzdump 100 101`). */
  readonly rest?: string;
  /** Parameters that the command sets itself; {@link LOCAL_NODE} stands for the node it runs on. */
  readonly fixed: Readonly<Record<string, string | number>>;
  /** Parameters that must be given, by position or as an option. */
  readonly required: readonly string[];
  /** The API method behind it, which its parameters are those of. */
  readonly endpoint?: EndpointKey;
  /** Parameters of a command without an API method. */
  readonly parameters?: Readonly<Record<string, ParamSchema>>;
  /** Names of the options of a program that is not made of API methods, without dashes. */
  readonly options?: readonly string[];
  /** In full words the command that this is another name of; everything else is then that command's. */
  readonly alias?: string;
  /** `pvesh`: the method it calls on the path that it is given. */
  readonly verb?: ApiMethod;
  /** There is no API method behind it: it works on the node alone. */
  readonly private: boolean;
  /** Controls a service of the node. */
  readonly daemon: boolean;
  /** A program of its own, outside Proxmox's command tables. */
  readonly plain: boolean;
  /** The API method starts a task. */
  readonly task: boolean;
  /** The command ends when its task has ended; without it, it prints the UPID. */
  readonly waits: boolean;
}
/** All commands in order, aliases among them. */
export declare function cliCommands(): readonly CliCommand[];
/** The command of these words, `"qm disk move"`; an alias has what it stands for. Undefined where there is none. */
export declare function cliCommand(command: string): CliCommand | undefined;
/** Where the facts were taken from. */
export declare function cliSource(): string;
