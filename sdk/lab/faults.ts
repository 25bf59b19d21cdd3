/** What goes wrong with a matching request. */
export type FaultKind =
  /** Answers late, by `ms`. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Does nothing and never answers. */
  | { readonly kind: "hung" }
  /** Closes the connection without doing the work. */
  | { readonly kind: "dropped-before" }
  /** Does the work, then closes the connection without an answer. */
  | { readonly kind: "dropped-after" }
  /**
   * Checks the request and answers as if it were done, but does nothing: `null`, or where a task is answered, one of
   * this type that ends well.
   */
  | { readonly kind: "ignored"; readonly task?: string }
  /** Answers this status and reason without doing the work. */
  | { readonly kind: "status"; readonly status: number; readonly reason: string };

/** A fault and the requests it is for. */
export interface RequestFault {
  /** `GET`, …; any where left out. */
  readonly method?: string;
  /** Start of the path below `/api2/json`; any where left out. */
  readonly path?: string;
  readonly fault: FaultKind;
  /** How often it strikes; for ever where left out. */
  readonly times?: number;
}

/** A task that is to fail, or, with the exit status `WARNINGS: n`, to do its work and warn. */
export interface TaskFault {
  /** `qmstart`, …; any where left out. */
  readonly type?: string;
  /** The VMID or other id of the task; any where left out. */
  readonly id?: string;
  readonly exitstatus: string;
  readonly times?: number;
}

interface Armed<T> {
  readonly what: T;
  left: number;
}

/** Faults on demand. */
export class Faults {
  #requests: Armed<RequestFault>[] = [];
  #tasks: Armed<TaskFault>[] = [];
  #locks: Armed<string>[] = [];

  /** Arms a fault of requests. */
  request(fault: RequestFault): void {
    this.#requests.push({ what: fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  /** Arms a failing task. */
  task(fault: TaskFault): void {
    this.#tasks.push({ what: fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  /** The next `times` attempts to lock a file whose name contains `file` time out. */
  lockTimeout(file: string, times = 1): void {
    this.#locks.push({ what: file, left: times });
  }

  /** Disarms everything. */
  clear(): void {
    this.#requests = [];
    this.#tasks = [];
    this.#locks = [];
  }

  /** The fault for this request, if any; counts it as used. */
  takeRequest(method: string, path: string): FaultKind | undefined {
    const found = take(
      this.#requests,
      ({ method: only, path: start }) =>
        (only === undefined || only === method) && (start === undefined || path.startsWith(start)),
    );
    return found?.fault;
  }

  /** The exit status this task is to fail with, if any; counts it as used. */
  takeTask(type: string, id: string): string | undefined {
    const found = take(
      this.#tasks,
      (fault) =>
        (fault.type === undefined || fault.type === type) && (fault.id === undefined || fault.id === id),
    );
    return found?.exitstatus;
  }

  /** Whether locking this file is to time out; counts it as used. */
  takeLockTimeout(file: string): boolean {
    return take(this.#locks, (part) => file.includes(part)) !== undefined;
  }
}

function take<T>(armed: Armed<T>[], matches: (what: T) => boolean): T | undefined {
  const found = armed.find((entry) => entry.left > 0 && matches(entry.what));
  if (found === undefined) return undefined;
  found.left -= 1;
  return found.what;
}
