import { describe, expect, test } from "@jest/globals";
import { fromRestFault, fromUpstream } from "../../../kernel/call/upstream-errors.ts";
import { RestFault } from "../../../kernel/transports/types.ts";
import { ToolError } from "../../../sdk/errors.ts";

const what = "GET /x";

function answer(status: number, reason: string, errors?: Record<string, string>): ToolError {
  return fromRestFault(new RestFault("answer", reason, { status, ...(errors ? { errors } : {}) }), { what });
}

describe("what Proxmox VE answers", () => {
  test.each([
    [401, "Authentication failed!", "upstream", false],
    [403, "Permission check failed (/vms/100, VM.Audit)", "forbidden", false],
    [500, "update pools failed: 403 Permission check failed (/vms/1, VM.Allocate)", "forbidden", false],
    [400, "no such task", "not_found", false],
    [500, "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist", "not_found", false],
    [500, "hostname lookup 'nonode' failed - failed to get address info", "not_found", false],
    [500, "checksum mismatch (file change by other user?)", "conflict", true],
    [500, "detected modified configuration - file changed by other user? Try again.", "conflict", true],
    [500, "VM is locked (backup)", "conflict", true],
    [500, "CT 200 not running", "upstream", false],
    [500, "400 Parameter verification failed.", "invalid_input", false],
    [501, "Method 'GET /nope' not implemented", "unsupported", false],
    [595, "No route to host", "unreachable", true],
    [596, "Broken pipe", "unreachable", true],
  ])("%i %s is %s", (status, reason, code, retry) => {
    expect(answer(status, reason)).toMatchObject({ code, retry });
  });

  test("a missing privilege is named with its path", () => {
    const error = answer(403, "Permission check failed (/vms/100, VM.Audit|VM.Monitor)");
    expect(error.message).toContain("VM.Audit|VM.Monitor on /vms/100");
    expect(error.details).toMatchObject({ path: "/vms/100", privileges: "VM.Audit|VM.Monitor" });
  });

  test("a 403 for every token asks for no privilege", () => {
    const reason =
      "Permission check failed (URI '/access/tfa' not available with API token, need proper ticket.";
    const error = answer(403, reason);
    expect(error).toMatchObject({ code: "forbidden", next: expect.stringContaining("PROXMOX_PASSWORD") });
    expect(error.next).not.toContain("grant");
  });

  test("a 403 without a path still says what was answered", () => {
    expect(answer(403, "Permission check failed").message).toContain("Permission check failed");
  });

  test("a 403 names the grant, or what the call takes where the answer does not say", () => {
    const named = answer(403, "Permission check failed (/vms/100, VM.Audit)");
    expect(named.next).toContain("a role with VM.Audit on /vms/100 (pveum acl modify /vms/100");
    const needs = () => "VM.Allocate on /vms/100 or /pool/dev";
    const bare = new RestFault("answer", "Permission check failed", { status: 403 });
    expect(fromRestFault(bare, { what, needs }).message).toContain(
      "it takes: VM.Allocate on /vms/100 or /pool/dev",
    );
  });

  test("parameter faults are told by field", () => {
    const error = answer(400, "Parameter verification failed.", { cores: "type check ('integer') failed\n" });
    expect(error.message).toContain("cores: type check ('integer') failed");
    expect(error.details).toMatchObject({ errors: { cores: expect.any(String) } });
  });
});

describe("what happened on the way", () => {
  test("nothing sent is unreachable and keeps the hint", () => {
    const fault = new RestFault("not_sent", "self-signed certificate", { hint: "Pin AA:BB" });
    expect(fromRestFault(fault, { what, write: true })).toMatchObject({
      code: "unreachable",
      retry: true,
      next: "Pin AA:BB",
    });
  });

  test("a write without an answer has an unknown outcome and is not to be repeated", () => {
    const error = fromRestFault(new RestFault("unknown", "timed out"), { what, write: true });
    expect(error).toMatchObject({ code: "outcome_unknown", retry: false });
    expect(error.next).toContain("Do not repeat");
  });

  test("a proxy that lost a write is in doubt; one that never reached the node is not", () => {
    const lost = new RestFault("answer", "Broken pipe", { status: 596 });
    const dead = new RestFault("answer", "No route to host", { status: 595 });
    expect(fromRestFault(lost, { what, write: true }).code).toBe("outcome_unknown");
    expect(fromRestFault(dead, { what, write: true }).code).toBe("unreachable");
  });

  test("a read that failed after the caller left was cancelled", () => {
    const signal = AbortSignal.abort();
    expect(fromUpstream(new RestFault("no_answer", "aborted"), { what, signal })).toMatchObject({
      code: "cancelled",
    });
    expect(fromUpstream(new Error("AbortError"), { what, signal })).toMatchObject({ code: "cancelled" });
  });

  test("tool errors pass, strangers stay strangers", () => {
    const own = new ToolError({ code: "not_found", message: "x" });
    const stranger = new TypeError("x");
    expect(fromUpstream(own, { what })).toBe(own);
    expect(fromUpstream(stranger, { what })).toBe(stranger);
  });
});
