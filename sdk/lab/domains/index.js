import { registerQemu } from "../qemu/index.js";
import { registerAcl } from "./access-acl.js";
import { registerGroupsAndRoles } from "./access-groups.js";
import { registerLogin } from "./access-login.js";
import { registerUsers } from "./access-users.js";
import { registerBulk } from "./bulk.js";
import { registerCluster } from "./cluster.js";
import { registerClusterResources } from "./cluster-resources.js";
import { registerIndexes } from "./indexes.js";
import { registerLxc } from "./lxc.js";
import { registerLxcPower } from "./lxc-power.js";
import { registerNodePower } from "./node-power.js";
import { registerNodes } from "./nodes.js";
import { registerPools } from "./pools.js";
import { registerRefusals } from "./refusals.js";
import { registerStorage } from "./storage.js";
import { registerStorageContent } from "./storage-content.js";
import { registerTasks } from "./task-list.js";
/** Everything that the lab simulates. */
export function registerDomains(lab, tickets) {
    registerIndexes(lab);
    registerNodes(lab);
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
    registerStorage(lab);
    registerStorageContent(lab);
    registerLxc(lab);
    registerLxcPower(lab);
    registerQemu(lab);
    registerRefusals(lab);
}
