import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { ask } from "../client.ts";

let lab: Lab;

beforeEach(async () => {
  lab = await createLab({ speed: 8, refusalDelay: 0 });
});
afterEach(() => lab.close());

async function vzdump(body: string): Promise<string> {
  const { data, reason } = await ask(lab, "POST", "/nodes/pve1/vzdump", { body });
  expect(reason).toBe("OK");
  return String(data);
}

describe("backup jobs of a node", () => {
  test("run one after the other", async () => {
    const first = await vzdump("vmid=103&storage=nfs");
    const second = await vzdump("vmid=101&storage=nfs");
    await ask(lab, "DELETE", `/nodes/pve1/tasks/${first}`);
    expect(await lab.tasks.ended(first)).toBe("unexpected status");
    expect(await lab.tasks.ended(second)).toBe("OK");
    const log = lab.tasks.get(second)?.log ?? [];
    expect(log.slice(0, 2)).toEqual([
      "INFO: trying to get global lock - waiting...",
      "INFO: got global lock",
    ]);
  });

  test("can be stopped, and leave their guest unlocked and running", async () => {
    const first = await vzdump("vmid=103&storage=nfs&mode=suspend");
    const locked = lab.state.guests.get(103);
    await vzdump("stop=1");
    expect(await lab.tasks.ended(first)).toBe("unexpected status");
    expect(locked?.config.has("lock")).toBe(false);
    expect(locked?.runtime?.qmpstatus).toBe("running");
    const { data } = await ask(lab, "GET", "/nodes/pve1/storage/nfs/content?content=backup");
    expect(data).toEqual([]);
  });
});
