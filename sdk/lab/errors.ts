/** Faults by parameter name, as they appear under `errors`. */
export type ParamErrors = Readonly<Record<string, string>>;

/**
 * What a handler throws to answer with a fault. `message` is the text as Proxmox VE
 * says it, without the final newline (the frame adds it); its first line becomes the reason phrase.
 */
export class LabError extends Error {
  readonly status: number;
  readonly errors: ParamErrors | undefined;
  /** False where the real answer's message has no final newline. */
  readonly newline: boolean;

  constructor(status: number, message: string, errors?: ParamErrors, newline = true) {
    super(message);
    this.name = "LabError";
    this.status = status;
    this.errors = errors;
    this.newline = newline;
  }
}

/** 500, the way most faults of the API's code arrive. */
export function die(message: string): LabError {
  return new LabError(500, message);
}

/** 400 `Parameter verification failed.` with a message for each parameter. */
export function paramError(errors: ParamErrors): LabError {
  return new LabError(400, "Parameter verification failed.", errors);
}

/** 403; without `what` the bare `Permission check failed`. */
export function permError(what?: string): LabError {
  return new LabError(
    403,
    what === undefined ? "Permission check failed" : `Permission check failed (${what})`,
  );
}

/**
 * A fault as text, the way one piece of API code hands it on to another and a worker ends with it:
 * `400 Parameter verification failed.…`, plain where it came without a code. (pve-common, src/PVE/Exception.pm)
 */
export function faultText(error: unknown): string {
  if (!(error instanceof LabError)) return error instanceof Error ? error.message : String(error);
  const { status, message, errors } = error;
  const code = status === 500 && errors === undefined ? "" : `${status} `;
  const lines = Object.entries(errors ?? {}).map(([name, text]) => `\n${name}: ${text}`);
  return `${code}${message}${lines.join("")}`;
}
