import { ExchangeFault } from "./exchange.ts";

/** What went wrong at which host. */
export class HostFault extends Error {
  override readonly name = "HostFault";
  readonly host: string;
  /** Whether bytes of the request may have left. */
  readonly sent: boolean;
  /** Faults of the other hosts, where all were tried. */
  readonly others: readonly HostFault[];

  constructor(host: string, error: unknown, others: readonly HostFault[] = []) {
    super("request failed", { cause: error instanceof ExchangeFault ? error.cause : error });
    this.host = host;
    this.sent = !(error instanceof ExchangeFault) || error.sent;
    this.others = others;
  }
}
