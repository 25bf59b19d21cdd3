import { definePlugin } from "../../sdk/index.ts";
import { clusterLog } from "./cluster-log.ts";
import { clusterStatus } from "./cluster-status.ts";
import { dirMappings } from "./dir-mappings.ts";
import { inventoryOverview } from "./inventory-overview.ts";
import { clusterOptionsGet, clusterOptionsUpdate } from "./options.ts";
import { pciMappings } from "./pci-mappings.ts";
import { poolCreate, poolDelete, poolGet, poolList, poolUpdate } from "./pools.ts";
import { usbMappings } from "./usb-mappings.ts";
import { vmidNext } from "./vmid-next.ts";

export default definePlugin({
  id: "cluster",
  title: "Cluster overview, pools, options and mappings",
  tools: () => [
    inventoryOverview,
    clusterStatus,
    clusterLog,
    clusterOptionsGet,
    clusterOptionsUpdate,
    vmidNext,
    poolList,
    poolGet,
    poolCreate,
    poolUpdate,
    poolDelete,
    ...pciMappings,
    ...usbMappings,
    ...dirMappings,
  ],
});
