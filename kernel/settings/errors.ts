/** What is wrong with one setting. Holds no value of a secret. */
export interface SettingFault {
  /** The variable as the operator would set it. */
  readonly name: string;
  readonly wrong: string;
  /** What is accepted instead, or what to do. */
  readonly accepted: string;
}

/** All faults of the environment at once; its message is ready for stderr. */
export class SettingsError extends Error {
  readonly faults: readonly SettingFault[];

  constructor(faults: readonly SettingFault[]) {
    const lines = faults.map(({ name, wrong, accepted }) => `  ${name}: ${wrong}\n    accepted: ${accepted}`);
    super(
      `${faults.length === 1 ? "1 setting is" : `${faults.length} settings are`} wrong:\n${lines.join("\n")}`,
    );
    this.name = "SettingsError";
    this.faults = faults;
  }
}

/** Thrown by parsers. The message says what is wrong; `accepted` only where the definition's own text is not enough. */
export class ParseFault extends Error {
  readonly accepted: string | undefined;

  constructor(wrong: string, accepted?: string) {
    super(wrong);
    this.name = "ParseFault";
    this.accepted = accepted;
  }
}
