import { type LoadedSettings, loadSettings } from "./load.ts";

/** Settings of this process. Throws SettingsError with every fault at once. */
export function readEnvironment(): LoadedSettings {
  return loadSettings({ ...process.env });
}
