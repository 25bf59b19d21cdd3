import { expect, test } from "@jest/globals";
import { createLab } from "../../../../sdk/lab/index.ts";
import { says } from "./says.ts";

test("without Ceph its directories are there, and everything else misses the program it needs", async () => {
  const lab = await createLab({ seed: "baseline", refusalDelay: 0 });
  try {
    expect(await says(lab, "GET /cluster/ceph")).toEqual([
      ...[{ name: "metadata" }, { name: "status" }, { name: "flags" }],
    ]);
    expect(await says(lab, "GET /nodes/vm/ceph")).toContainEqual({ name: "osd" });
    expect(await says(lab, "GET /cluster/ceph/status")).toBe("500 binary not installed: /usr/bin/ceph-mon");
    expect(await says(lab, "GET /nodes/vm/ceph/osd")).toBe("500 binary not installed: /usr/bin/ceph-mon");
    expect(await says(lab, "POST /nodes/vm/ceph/init", "")).toBe("500 binary not installed: /usr/bin/ceph");
  } finally {
    await lab.close();
  }
});
