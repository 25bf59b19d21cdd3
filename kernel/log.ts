import type { Redactor } from "./secrets/redact.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;

/** Levels in rising order. */
export type LogLevel = (typeof LEVELS)[number];

/** Human-readable lines on stderr; stdout belongs to the protocol. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Lines as `2026-01-31T12:00:00.000Z warn message`, secrets masked, control characters escaped. */
export function createLogger(
  level: LogLevel,
  redactor: Redactor,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Logger {
  const threshold = LEVELS.indexOf(level);
  const at = (own: LogLevel) => (message: string) => {
    if (LEVELS.indexOf(own) < threshold) return;
    write(`${new Date().toISOString()} ${own} ${redactor.text(message).replaceAll(/[\r\n]+/g, " | ")}\n`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
