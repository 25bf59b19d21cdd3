import { defineScenarios } from "../../sdk/testing/index.ts";
import { mappingScenarios } from "./scenarios/mappings.ts";
import { optionScenarios } from "./scenarios/options.ts";
import { overviewScenarios } from "./scenarios/overview.ts";
import { poolScenarios } from "./scenarios/pools.ts";

export default defineScenarios([
  ...overviewScenarios,
  ...optionScenarios,
  ...poolScenarios,
  ...mappingScenarios("pci", {
    made: "node=pve1,path=0000:01:00.0,id=10de:1db6,iommugroup=12,subsystem-id=10de:124a",
    other: "node=pve2,path=0000:02:00.0,id=8086:1572,iommugroup=13,subsystem-id=8086:0001",
    wrong: "node=pve1,path=0000:09:00.0,id=10de:1db6,iommugroup=12,subsystem-id=10de:124a",
    options: { mdev: true, "live-migration-capable": true },
  }),
  ...mappingScenarios("usb", {
    made: "node=pve1,id=0951:1666",
    other: "node=pve2,id=1050:0407",
    wrong: "node=pve1,id=dead:beef",
    options: {},
  }),
  ...mappingScenarios("dir", {
    made: "node=pve1,path=/srv",
    other: "node=pve2,path=/opt",
    // Directories are looked for on the node that answers only, so that another one's can be wrong.
    wrong: "node=pve3,path=/nowhere",
    options: {},
  }),
]);
