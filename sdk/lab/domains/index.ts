import type { Tickets } from "../access/tickets.ts";
import { registerBackups } from "../backup/index.ts";
import { registerLxc } from "../lxc/index.ts";
import { registerQemu } from "../qemu/index.ts";
import { registerStorages } from "../storage/index.ts";
import type { LabCore } from "../types.ts";
import { registerAcl } from "./access-acl.ts";
import { registerGroupsAndRoles } from "./access-groups.ts";
import { registerLogin } from "./access-login.ts";
import { registerUsers } from "./access-users.ts";
import { registerBulk } from "./bulk.ts";
import { registerCluster } from "./cluster.ts";
import { registerClusterResources } from "./cluster-resources.ts";
import { registerIndexes } from "./indexes.ts";
import { registerPciMappings } from "./mapping-pci.ts";
import { registerNetwork } from "./network.ts";
import { registerNodePower } from "./node-power.ts";
import { registerNodes } from "./nodes.ts";
import { registerPools } from "./pools.ts";
import { registerTasks } from "./task-list.ts";

/** Everything that the lab simulates. */
export function registerDomains(lab: LabCore, tickets: Tickets): void {
  registerIndexes(lab);
  registerNodes(lab);
  registerNetwork(lab);
  registerPciMappings(lab);
  registerNodePower(lab);
  registerTasks(lab);
  registerBulk(lab);
  registerCluster(lab);
  registerClusterResources(lab);
  registerUsers(lab);
  registerGroupsAndRoles(lab);
  registerAcl(lab);
  registerLogin(lab, tickets);
  registerPools(lab);
  registerStorages(lab);
  registerBackups(lab);
  registerLxc(lab);
  registerQemu(lab);
}
