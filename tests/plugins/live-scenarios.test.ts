import { expect, test } from "@jest/globals";
import access from "../../plugins/access/scenarios.ts";
import backup from "../../plugins/backup/scenarios.ts";
import cloudInit from "../../plugins/cloud-init/scenarios.ts";
import cluster from "../../plugins/cluster/scenarios.ts";
import escapeHatches from "../../plugins/escape-hatches/scenarios.ts";
import lxc from "../../plugins/lxc/scenarios.ts";
import nodes from "../../plugins/nodes/scenarios.ts";
import storage from "../../plugins/storage/scenarios.ts";
import tasks from "../../plugins/tasks/scenarios.ts";
import vm from "../../plugins/vm/scenarios.ts";

const scenarios = [access, backup, cloudInit, cluster, escapeHatches, lxc, nodes, storage, tasks, vm].flatMap(
  ({ list }) => list,
);

/** Why a scenario runs on no real cluster, whatever that has. The list only shrinks. */
const REASONS: readonly string[] = [
  "it needs SSH to the nodes",
  "it needs a Proxmox Backup Server with backups that may be looked into",
  "it needs snippets on each node, where the API puts none",
  "no job that takes all guests is made on a real cluster",
  "nodes of a real cluster are not rebooted or shut down",
  "not all guests of a real node are acted on, which a mistake here would do",
  "not all guests of a real node are backed up for a scenario",
  "options of a real cluster are not changed: everybody there relies on them",
  "suspending a container takes CRIU, which Proxmox VE does not install on its nodes",
];

test("all scenarios run on a real cluster that has what they need, but those that say why not", () => {
  const found = scenarios.flatMap(({ tool, title, live }) =>
    live === true ? [] : [live || `${tool}: ${title}: it says neither that it runs live nor why not`],
  );
  expect([...new Set(found)].sort()).toEqual(REASONS);
});
