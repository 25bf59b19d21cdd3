import { CLUSTER_DEFINITIONS, CLUSTER_SETTING_NAMES } from "./cluster-definitions.ts";
import { PLAIN_PREFIX } from "./cluster-names.ts";
import type { Definition } from "./definition.ts";
import type { SettingFault } from "./errors.ts";
import type { Environment } from "./texts.ts";

const SECRET_ENDINGS = CLUSTER_SETTING_NAMES.filter((name) => "secret" in CLUSTER_DEFINITIONS[name])
  .map((name) => name.slice(PLAIN_PREFIX.length))
  .join("|");
const SECRET_NAME = new RegExp(`^${PLAIN_PREFIX}(?:.*_)?(?:${SECRET_ENDINGS})$`);

/** Below this length a secret would be found in nearly any text. */
const SHORTEST = 4;

/** Secrets as far as they were given, also those of clusters that are not named. */
export function secretsOf(env: Environment, texts: ReadonlyMap<string, string>): readonly string[] {
  return [...Object.entries(env), ...texts]
    .flatMap(([name, text = ""]) => (SECRET_NAME.test(name) ? [text.trim()] : []))
    .filter((secret) => secret.length >= SHORTEST);
}

/** Whether a text has a secret in it, in any case. */
export function holds(text: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => text.toLowerCase().includes(secret.toLowerCase()));
}

/** A last guard: a secret may have been pasted into another variable as well. Those of the sign-in quote nothing. */
export function withoutSecrets(
  fault: SettingFault,
  known: {
    readonly variables: ReadonlyMap<string, Definition<NonNullable<unknown>>>;
    readonly texts: ReadonlyMap<string, string>;
    readonly secrets: readonly string[];
  },
): SettingFault {
  const definition = known.variables.get(fault.name);
  const text = known.texts.get(fault.name);
  if (definition === undefined || text === undefined || definition.group === "Sign-in") return fault;
  if (!holds(text, known.secrets)) return fault;
  return { name: fault.name, wrong: "it is not accepted, and holds a secret", accepted: definition.accepts };
}
