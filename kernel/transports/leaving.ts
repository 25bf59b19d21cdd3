/** Why somebody stopped waiting. */
export type LeaveReason = "cancelled" | "timeout" | "closed";

/** The reason of a signal made by {@link leaving}. */
export class Left extends Error {
  readonly why: LeaveReason;

  constructor(why: LeaveReason) {
    super(why);
    this.name = "Left";
    this.why = why;
  }
}

/** When a caller stops waiting. */
export interface Leaving {
  /** Aborted with a {@link Left}. */
  readonly signal: AbortSignal;
  leave(why: LeaveReason): void;
  /** Lets the timeout begin anew. */
  progressed(): void;
  /** Forgets timer and listener; must be called once nobody waits any more. */
  dispose(): void;
}

/**
 * Joins a caller's signal and a timeout. Not `AbortSignal.any`, which keeps every joined signal alive
 * as long as its sources on Node 20.
 */
export function leaving(caller: AbortSignal | undefined, timeoutMs: number): Leaving {
  const controller = new AbortController();
  const leave = (why: LeaveReason) => controller.abort(new Left(why));
  const cancel = () => leave("cancelled");
  const timer = setTimeout(leave, timeoutMs, "timeout");
  const progressed = () => void timer.refresh();
  if (caller?.aborted) cancel();
  caller?.addEventListener("abort", cancel, { once: true });
  return {
    signal: controller.signal,
    leave,
    progressed,
    dispose() {
      clearTimeout(timer);
      caller?.removeEventListener("abort", cancel);
    },
  };
}

/** The promise, or a rejection with the signal's reason once that is aborted. The promise goes on unheeded. */
export function orLeave<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
