import { definePlugin } from "../../sdk/index.ts";
import { clusterStatus } from "./cluster-status.ts";
import { inventoryOverview } from "./inventory-overview.ts";

export default definePlugin({
  id: "cluster",
  title: "Cluster overview and state",
  tools: () => [inventoryOverview, clusterStatus],
});
