/** The operator's choice of plugins cannot be met; the server must not start. */
export class HostFault extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the plugins cannot be loaded:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.name = "HostFault";
    this.faults = faults;
  }
}
