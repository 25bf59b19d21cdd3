/** Options that Proxmox VE declares once and refers to by name. (pve-cluster, src/PVE/API2/ClusterConfig.pm) */
const STANDARD_OPTIONS = {
  "corosync-nodeid": { type: "integer", minimum: 1, optional: true },
};
const PROSE = new Set(["enumNote", "description"]);
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function texts(value) {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
function parameterFacts(raw) {
  if (!isObject(raw)) return {};
  const standard = typeof raw.standardOption === "string" ? STANDARD_OPTIONS[raw.standardOption] : undefined;
  if (raw.standardOption !== undefined && standard === undefined) {
    throw new Error(`Unknown standard option ${JSON.stringify(raw.standardOption)}`);
  }
  // An empty list of choices is one that the extraction could not read.
  const isFact = (value) => value !== null && !(Array.isArray(value) && value.length === 0);
  const own = Object.entries(raw).filter(
    ([key, value]) => isFact(value) && key !== "standardOption" && !PROSE.has(key),
  );
  return { ...standard, ...Object.fromEntries(own) };
}
function requiredOf(raw, parameters, fixed) {
  if (raw.required !== undefined) return texts(raw.required);
  return Object.entries(parameters).flatMap(([name, schema]) =>
    isObject(schema) && schema.optional === true ? [] : Object.hasOwn(fixed, name) ? [] : [name],
  );
}
function endpointOf({ endpoint }) {
  return isObject(endpoint) ? `${String(endpoint.method)} ${String(endpoint.path)}` : undefined;
}
function storedCommand(raw, daemon) {
  if (typeof raw.alias === "string") return { alias: raw.alias };
  const given = isObject(raw.parameters) ? Object.entries(raw.parameters) : [];
  const parameters = Object.fromEntries(given.map(([name, schema]) => [name, parameterFacts(schema)]));
  const fixed = isObject(raw.fixed) ? raw.fixed : {};
  const args = texts(raw.args);
  const required = requiredOf(raw, parameters, fixed);
  const endpoint = endpointOf(raw);
  return {
    ...(args.length > 0 ? { args } : {}),
    ...(typeof raw.args === "string" ? { rest: raw.args } : {}),
    ...(Object.keys(fixed).length > 0 ? { fixed } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    ...(typeof raw.verb === "string" ? { verb: raw.verb } : {}),
    ...(raw.private === true ? { private: true } : {}),
    ...(daemon ? { daemon: true } : {}),
    ...(raw.task === true ? { task: true } : {}),
    ...(raw.waitsForTask === true ? { waits: true } : {}),
  };
}
function plainCommand(raw) {
  const args = texts(raw.args);
  const options = texts(raw.options).map((option) => option.replace(/^--/, ""));
  return {
    // `[PATH]` may be left out; names are in lower case like those of parameters.
    ...(args.length > 0 ? { args: args.map((name) => name.replace(/[[\]]/g, "").toLowerCase()) } : {}),
    ...(args.some((name) => !name.startsWith("["))
      ? { required: args.filter((name) => !name.startsWith("[")) }
      : {}),
    ...(options.length > 0 ? { options } : {}),
    private: true,
    plain: true,
  };
}
/** Flattens extracted facts (`families`, `plainTools`) to one entry a command, without prose. */
export function packCli(facts, source) {
  const commands = [];
  function visit(words, node, daemon) {
    if (!isObject(node)) throw new Error(`${words} is no command`);
    if (!isObject(node.commands)) {
      commands.push([words, storedCommand(node, daemon)]);
      return;
    }
    for (const [word, inner] of Object.entries(node.commands)) visit(`${words} ${word}`, inner, daemon);
  }
  for (const [family, node] of Object.entries(isObject(facts.families) ? facts.families : {})) {
    if (isObject(node)) visit(family, node.single ?? node, node.daemon === true);
  }
  for (const [name, raw] of Object.entries(isObject(facts.plainTools) ? facts.plainTools : {})) {
    if (isObject(raw)) commands.push([name, plainCommand(raw)]);
  }
  commands.sort(([a], [b]) => (a < b ? -1 : 1));
  return { source, commands: Object.fromEntries(commands) };
}
/** The text of the data file: a command a line, so that differences can be read. */
export function printCli({ source, commands }) {
  const lines = Object.entries(commands).map(
    ([words, command]) => `${JSON.stringify(words)}:${JSON.stringify(command)}`,
  );
  return `{"source":${JSON.stringify(source)},"commands":{\n${lines.join(",\n")}\n}}\n`;
}
