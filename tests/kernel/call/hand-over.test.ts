import { describe, expect, test } from "@jest/globals";
import { Type } from "typebox";
import Value from "typebox/value";
import { toolFaults } from "../../../kernel/host/verify.ts";
import { RestFault } from "../../../kernel/transports/types.ts";
import { CHANGE_RESULT } from "../../../sdk/result-schemas.ts";
import { record } from "../../../sdk/results.ts";
import { rest } from "../../../sdk/steps.ts";
import { defineTool } from "../../../sdk/tool.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { errorOf, harness, human } from "./harness.ts";

const PROXY = "/nodes/{node}/qemu/{vmid}/vncproxy";
const TICKET = "PVEVNC:6AB1C2D3::c2VjcmV0";

const ticket = defineTool({
  name: "test_ticket",
  title: "Ticket",
  describe: "Hands over a ticket.",
  risk: "write",
  uses: [`POST ${PROXY}`],
  input: Type.Object({ vmid: Type.Integer(), times: Type.Optional(Type.Integer()) }),
  async plan({ vmid, times = 1 }) {
    return Array.from({ length: times }, () => rest.post(PROXY, { node: "pve1", vmid }));
  },
  handOver: (answer, { origin, params }) => {
    const { port, ticket: secret } = answer as { port: string; ticket: string };
    return {
      record: record({ title: `Console of ${params.vmid}`, fields: { origin, port, ticket: secret } }),
      secrets: { ticket: secret },
    };
  },
});

const answer = () => ({ port: "5900", ticket: TICKET });

describe("a tool that hands over a secret", () => {
  test("gives it to the caller once, and to nobody else", async () => {
    const { call, audit, log, plans, artifacts, requests } = harness({ tools: [ticket], answer });
    const { text, data, isError } = await call("test_ticket", { vmid: 100 });
    expect(isError).toBe(false);
    expect(text).toContain(`ticket: ${TICKET}`);
    expect(data).toMatchObject({
      fields: { origin: "https://pve.test:8006", port: "5900", ticket: "[redacted]" },
      secrets: { ticket: TICKET },
    });
    expect(Value.Check(CHANGE_RESULT, data)).toBe(true);
    expect(requests.map(({ params }) => params)).toEqual([{ node: "pve1", vmid: 100 }]);
    expect(plans).toEqual([]);
    expect(audit).toMatchObject([
      { event: "before", risk: "write" },
      { event: "after", outcome: "succeeded" },
    ]);
    expect(JSON.stringify([audit, log, artifacts])).not.toContain(TICKET);
  });

  test("gives it to whoever applies its plan, once", async () => {
    const { call, store } = harness({ tools: [ticket], answer });
    await call("test_ticket", { vmid: 100, dryRun: true });
    const [listed] = await store.list("stdio");
    const plan = listed?.record.id;
    expect((await call("proxmox_plan_apply", { plan })).data).toMatchObject({ secrets: { ticket: TICKET } });
    expect(errorOf(await call("proxmox_plan_apply", { plan })).message).toContain("was applied already");
    expect(JSON.stringify(await store.list("stdio"))).not.toContain(TICKET);
  });

  test("is planned, judged and confirmed like any change", async () => {
    const { call, requests } = harness({ tools: [ticket], answer, settings: { confirm: "write" } });
    const planned = await call("test_ticket", { vmid: 100, dryRun: true });
    expect(planned.data).toMatchObject({ dryRun: true, risk: "write" });
    const { ask } = human("declined");
    expect(errorOf(await call("test_ticket", { vmid: 100 }, { ask })).code).toBe("declined");
    expect(requests.every(({ endpoint }) => endpoint.method === "GET")).toBe(true);
    const readOnly = harness({ tools: [ticket], answer, settings: { access: "read" } });
    expect(errorOf(await readOnly.call("test_ticket", { vmid: 100 })).code).toBe("denied");
  });

  test("plans one step and no more", async () => {
    const { call, requests } = harness({ tools: [ticket], answer });
    for (const times of [2, 3])
      expect(errorOf(await call("test_ticket", { vmid: 100, times })).code).toBe("invalid_plan");
    expect(requests).toEqual([]);
  });

  test("says how a request that failed ended, to the caller and in the audit", async () => {
    const fails = (kind: "answer" | "unknown") =>
      harness({
        tools: [ticket],
        answer: () => {
          throw new RestFault(kind, "no", kind === "answer" ? { status: 500 } : {});
        },
      });
    const refused = fails("answer");
    expect(errorOf(await refused.call("test_ticket", { vmid: 100 })).code).toBe("upstream");
    expect(refused.audit[1]).toMatchObject({ event: "after", outcome: "failed" });
    const unseen = fails("unknown");
    expect(errorOf(await unseen.call("test_ticket", { vmid: 100 })).code).toBe("outcome_unknown");
    expect(unseen.audit[1]).toMatchObject({ event: "after", outcome: "outcome_unknown" });
  });

  test("runs nothing where the audit cannot be written", async () => {
    const { call, state, requests } = harness({ tools: [ticket], answer });
    state.auditFails = true;
    expect(errorOf(await call("test_ticket", { vmid: 100 })).code).toBe("not_recorded");
    expect(requests).toEqual([]);
  });

  test("is no reading tool", () => {
    const rules = { origin: "builtin", prefix: "test", grants: ["rest:read"], reserved: [] } as const;
    const { plan: _plan, ...rest } = ticket;
    const reading = { ...rest, risk: "read", uses: [], read: async () => record({ title: "x", fields: {} }) };
    expect(toolFaults([reading as never], rules, loadCatalog())).toContainEqual(
      expect.stringContaining("handOver"),
    );
  });
});
