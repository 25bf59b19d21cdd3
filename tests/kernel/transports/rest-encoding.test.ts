import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { encodeForm } from "../../../kernel/transports/rest/form.ts";
import { fillPath } from "../../../kernel/transports/rest/paths.ts";
import { requestOf } from "../../../kernel/transports/rest/requests.ts";
import type { UndiciTransport } from "../../../kernel/transports/rest/transport.ts";
import { isToolError } from "../../../sdk/errors.ts";
import { answer, decodeForm, ScriptedServer } from "../../helpers/scripted-server.ts";
import { certificate, closeTransports, plainValues, request, transport } from "./harness.ts";

let server: ScriptedServer;
let rest: UndiciTransport;

beforeAll(async () => {
  server = await ScriptedServer.start(certificate, (seen, response) =>
    answer(response, { path: seen.path, query: decodeForm(seen.query), body: decodeForm(seen.body) }),
  );
  rest = transport({ port: server.port });
});

afterAll(async () => {
  await closeTransports();
  await server.stop();
});

const text = fc.string({ unit: "grapheme", minLength: 1 });
const tricky = fc.oneof(text, fc.string({ unit: fc.constantFrom(..."&;=+%#?/\\ \t\n\"'<>é€😀~.") }));
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/).filter((each) => each !== "node");
const params = fc.dictionary(name, fc.oneof(tricky, fc.array(tricky, { minLength: 1, maxLength: 3 })), {
  maxKeys: 5,
  noNullPrototype: true,
});

function asLists(values: Record<string, string | string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [value].flat()]));
}

describe("parameters arrive as they were given", () => {
  test.each(["POST", "PUT"] as const)("in the body of %s", async (method) => {
    await fc.assert(
      fc.asyncProperty(params, async (values) => {
        const seen = await rest.write(request(method, "/nodes/{node}/x", { node: "n", ...values }));
        expect(seen).toEqual({ path: "/api2/json/nodes/n/x", query: {}, body: asLists(values) });
      }),
    );
  });

  test.each(["GET", "DELETE"] as const)("in the query of %s", async (method) => {
    await fc.assert(
      fc.asyncProperty(params, async (values) => {
        const what = request(method, "/nodes/{node}/x", { node: "n", ...values });
        const seen = await (method === "GET" ? rest.read(what) : rest.write(what));
        expect(seen).toEqual({ path: "/api2/json/nodes/n/x", query: asLists(values), body: {} });
      }),
    );
  });
});

test("nothing of what separates is left plain", () => {
  expect(encodeForm({ a: ";=&+% /\n", list: ["x", "y"] })).toBe("a=%3B%3D%26%2B%25%20%2F%0A&list=x&list=y");
});

describe("a path value", () => {
  const template = "/nodes/{node}/qemu/{vmid}/config";

  test("arrives whole or is refused, and never leads to another path", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(tricky, fc.constantFrom("..", ".", "../x", "a/../b", "%2e%2e")),
        async (node) => {
          let seen: { path: string };
          try {
            seen = await rest.read(request("GET", template, { node, vmid: 100 }));
          } catch (error) {
            expect(isToolError(error) && error.code).toBe("invalid_input");
            return;
          }
          // As Proxmox VE does it: decoded once, then split.
          const parts = decodeURIComponent(seen.path).split("/").slice(3);
          expect(parts).toEqual(["nodes", node, "qemu", "100", "config"]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each(["", ".", "..", "../x", "x/..", "a/b", "/", "a\u0000", "a\nb", "\ud800"])(
    "%j is refused",
    (node) => {
      expect(() => fillPath(template, { node, vmid: "100" })).toThrow(
        expect.objectContaining({ code: "invalid_input", message: expect.stringContaining("`node`") }),
      );
    },
  );

  test("that is missing or a list is refused", () => {
    expect(() => fillPath(template, { node: "pve1" })).toThrow("`vmid` is missing");
    expect(() => fillPath(template, { node: "pve1", vmid: ["1", "2"] })).toThrow("`vmid` takes one value");
  });

  test.each([
    ["/nodes/{node}/tasks/{upid}/status", { upid: "UPID:pve1:00A1:00B2:65A0:qmstart:100:root@pam!mcp:" }],
    [
      "/nodes/{node}/storage/{storage}/content/{volume}",
      { storage: "local", volume: "local:iso/debian 12.iso" },
    ],
    ["/cluster/firewall/ipset/{name}/{cidr}", { name: "dmz", cidr: "10.0.0.0/24" }],
    ["/access/users/{userid}/token/{tokenid}", { userid: "a@pve", tokenid: "x" }],
  ])("of %s is taken", (path, values: Record<string, string>) => {
    const filled = fillPath(path, { node: "pve1", ...values });
    const expected = path.replaceAll(
      /\{([^}]+)\}/g,
      (_, key: string) => ({ node: "pve1", ...values })[key] ?? "",
    );
    expect(decodeURIComponent(filled.path)).toBe(expected);
    expect(filled.path).not.toMatch(/[ ?#]/);
  });

  test.each(["local:iso/../x", "local:iso//x", "/etc/passwd", "..", "local:iso/"])(
    "volume %j is refused",
    (volume) => {
      const content = "/nodes/{node}/storage/{storage}/content/{volume}";
      expect(() => fillPath(content, { node: "pve1", storage: "local", volume })).toThrow(
        expect.objectContaining({ code: "invalid_input" }),
      );
    },
  );

  test("with a slash is refused where the volume is not the rest of the path", () => {
    expect(() => fillPath("/x/{volume}/y", { volume: "local:iso/x" })).toThrow("holds a slash");
  });
});

test("half a surrogate pair in a parameter is refused, not garbled", () => {
  expect(() => encodeForm({ description: "a\ud83d" })).toThrow("`description` is not valid text");
});

test("path values are not sent twice", () => {
  const { endpoint } = request("POST", "/nodes/{node}/qemu");
  expect(requestOf(endpoint, plainValues({ node: "pve1", vmid: 100 }))).toMatchObject({
    path: "/api2/json/nodes/pve1/qemu",
    body: "vmid=100",
  });
});
