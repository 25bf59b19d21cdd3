import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { cliArguments } from "../../../../kernel/transports/cli/arguments.ts";
import { readCommand } from "../../../../sdk/lab/cli/arguments.ts";
import type { CommandLine } from "../../../../sdk/steps.ts";
import { cliCommands } from "../../../../vendor/pve-docs/index.ts";

const on = (command: string): CommandLine => ({ by: "cli", node: "pve1", command });

describe("the arguments of a command", () => {
  test("are the words, then what goes by position, then options", () => {
    const params = { node: "pve1", vmid: 100, memory: 2048, onboot: true, description: "-a b\n'c'" };
    expect(cliArguments(on("qm set"), params)).toEqual([
      ...["qm", "set", "100", "--memory=2048", "--onboot=1", "--description=-a b\n'c'"],
    ]);
  });

  test("leave out what the command sets itself", () => {
    expect(cliArguments(on("pvesm status"), { node: "pve1" })).toEqual(["pvesm", "status"]);
    expect(cliArguments(on("vzdump"), { node: "pve1", vmid: "100,101", mode: "stop" })).toEqual([
      ...["vzdump", "100,101", "--mode=stop"],
    ]);
  });

  test("have what is for the program inside after two dashes", () => {
    const params = { vmid: 200, "extra-args": ["ls", "-l", "--", "/a b"], "keep-env": false };
    expect(cliArguments(on("pct exec"), params)).toEqual([
      ...["pct", "exec", "200", "--keep-env=0", "--", "ls", "-l", "--", "/a b"],
    ]);
  });

  test("repeat an option for each value of a list", () => {
    expect(cliArguments(on("pveum acl modify"), { path: "/vms", users: ["a@pve", "b@pve"] })).toEqual([
      ...["pveum", "acl", "modify", "/vms", "--users=a@pve", "--users=b@pve"],
    ]);
  });

  test("of pvesh are its path, what is not part of it, and that JSON is wanted", () => {
    const path = "/nodes/pve1/qemu/100/config";
    const line = { ...on("pvesh set"), apiPath: { path, params: ["node", "vmid"] } };
    expect(cliArguments(line, { node: "pve1", vmid: "100", memory: 512 })).toEqual([
      ...["pvesh", "set", path, "--memory=512", "--output-format=json"],
    ]);
  });

  test("are refused where a position is left out or would be read as an option", () => {
    expect(() => cliArguments(on("qm disk resize"), { vmid: 100, size: "+1G" })).toThrow(
      "takes disk before size",
    );
    expect(() => cliArguments(on("pveum user add"), { userid: "-x@pve" })).toThrow("begin with a dash");
  });

  test("are read back by a tool as what they were made of, whatever the values", () => {
    const plain = cliCommands().filter(
      ({ verb, plain, rest, endpoint }) =>
        verb === undefined && !plain && rest === undefined && endpoint !== undefined,
    );
    const value = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.startsWith("-"));
    fc.assert(
      fc.property(
        fc.constantFrom(...plain),
        fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9]{2,8}$/), value),
        (command, options) => {
          const names = command.args.filter((name) => name !== "extra-args");
          const given = Object.fromEntries(
            Object.entries(options).filter(([name]) => !(name in command.fixed) && name !== "node"),
          );
          const params = { ...given, ...Object.fromEntries(names.map((name) => [name, `v-${name}`])) };
          const read = readCommand(cliArguments(on(command.command), params), "pve1");
          expect(read?.command.command).toBe(command.command);
          expect(Object.fromEntries(read?.params ?? [])).toMatchObject(params);
        },
      ),
    );
  });
});
