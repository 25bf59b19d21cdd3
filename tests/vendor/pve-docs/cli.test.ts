import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { dataFolder, loadCatalog } from "../../../vendor/pve-docs/catalog.ts";
import { type CliCommand, cliCommand, cliCommands, LOCAL_NODE } from "../../../vendor/pve-docs/cli.ts";
import { packCli, printCli } from "../../../vendor/pve-docs/cli-facts.ts";
import { paramSchema } from "../../../vendor/pve-docs/parameters.ts";

const text = readFileSync(join(dataFolder(), "cli.json"), "utf8");
const catalog = loadCatalog("9.2");
const commands = cliCommands();

function named(command: string): CliCommand {
  const found = cliCommand(command);
  if (found === undefined) throw new Error(`no command ${command}`);
  return found;
}

function takes({ endpoint, parameters }: CliCommand, name: string): boolean {
  const found = endpoint === undefined ? undefined : catalog.endpoint(endpoint);
  if (found !== undefined) return paramSchema(found, name) !== undefined;
  return parameters !== undefined && Object.hasOwn(parameters, name);
}

describe("the stored commands", () => {
  test("are in order, one a line", () => {
    expect(text.trimEnd().split("\n")).toHaveLength(commands.length + 2);
    const names = commands.map(({ command }) => command);
    expect(names).toEqual([...names].sort());
    expect(printCli(JSON.parse(text))).toBe(text);
  });

  test("hold no prose", () => {
    expect(text).not.toMatch(/"(?:description|enumNote|title)":/);
  });

  test("belong to the families that Proxmox VE has", () => {
    expect([...new Set(commands.map(({ family }) => family))]).toEqual(
      expect.arrayContaining(["ha-manager", "pct", "pvecm", "pvesh", "pvesm", "pveum", "qm", "vzdump"]),
    );
  });
});

test.each(commands.filter(({ endpoint }) => endpoint).map((one) => [one.command, one] as const))(
  "%s is an API method that takes what the command gives it",
  (_name, command) => {
    expect(command.endpoint && catalog.endpoint(command.endpoint)).toBeDefined();
    const given = [
      ...command.args,
      ...Object.keys(command.fixed),
      ...command.required,
      ...(command.rest === undefined ? [] : [command.rest]),
    ];
    expect(given.filter((name) => !takes(command, name))).toEqual([]);
    expect(command.private).toBe(false);
  },
);

test("every other command is private", () => {
  expect(commands.filter((one) => one.endpoint === undefined && !one.private)).toEqual([]);
});

describe("looking up", () => {
  test("finds a command with its parts", () => {
    expect(named("qm start")).toMatchObject({
      family: "qm",
      args: ["vmid"],
      fixed: { node: LOCAL_NODE },
      required: ["vmid"],
      endpoint: "POST /nodes/{node}/qemu/{vmid}/status/start",
      task: true,
      waits: true,
    });
  });

  test("finds a program without subcommands, and its list of positions", () => {
    expect(named("vzdump")).toMatchObject({ args: [], rest: "vmid", endpoint: "POST /nodes/{node}/vzdump" });
  });

  test.each([
    ["qm move_disk", "qm disk move"],
    ["pveum user token remove", "pveum user token delete"],
    ["ha-manager migrate", "ha-manager crm-command migrate"],
  ])("follows the alias %s to %s", (alias, target) => {
    const { alias: points, command: _own, ...rest } = named(alias);
    expect(points).toBe(target);
    const { command: _target, ...wanted } = named(target);
    expect(rest).toEqual(wanted);
  });

  test("tells services, own programs and pvesh apart", () => {
    expect(named("pveproxy restart")).toMatchObject({ daemon: true, private: true });
    expect(named("pveversion")).toMatchObject({ plain: true, options: ["verbose"] });
    expect(named("pvesh set")).toMatchObject({ verb: "PUT", required: ["api_path"] });
  });

  test("knows nothing else", () => {
    expect(cliCommand("qm")).toBeUndefined();
    expect(cliCommand("constructor")).toBeUndefined();
  });
});

describe("packing", () => {
  const packed = packCli(
    {
      families: {
        tool: {
          commands: {
            set: {
              args: ["id"],
              fixed: { node: LOCAL_NODE },
              private: true,
              parameters: {
                id: { type: "string", pattern: null, description: "words" },
                node: { type: "string" },
                ring: { standardOption: "corosync-nodeid" },
              },
            },
            group: { commands: { go: { endpoint: { method: "GET", path: "/a" }, required: ["b"] } } },
          },
        },
      },
    },
    "here",
  );

  test("flattens groups and drops prose", () => {
    expect(packed).toEqual({
      source: "here",
      commands: {
        "tool group go": { required: ["b"], endpoint: "GET /a" },
        "tool set": {
          args: ["id"],
          fixed: { node: LOCAL_NODE },
          required: ["id"],
          parameters: {
            id: { type: "string" },
            node: { type: "string" },
            ring: { type: "integer", minimum: 1, optional: true },
          },
          private: true,
        },
      },
    });
  });

  test("refuses a standard option that it does not know", () => {
    const bad = { families: { a: { single: { parameters: { x: { standardOption: "y" } } } } } };
    expect(() => packCli(bad, "")).toThrow("y");
  });
});
