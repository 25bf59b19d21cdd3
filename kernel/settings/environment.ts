import { type LoadedSettings, loadSettings } from "./load.ts";

/** Settings of this process. Throws SettingsError with every fault at once. */
export function readEnvironment(): LoadedSettings {
  return loadSettings({ ...process.env });
}

/** The variables as they stand, for what has settings of its own. */
export function environmentVariables(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}
