import { defineScenarios, onAnyCluster } from "../../sdk/testing/index.ts";
import { mappingScenarios } from "./scenarios/mappings.ts";
import { optionScenarios } from "./scenarios/options.ts";
import { overviewScenarios } from "./scenarios/overview.ts";
import { poolScenarios } from "./scenarios/pools.ts";

/** A device in all words that an entry has for it; no node need have it to be named. */
const GPU = "id=10de:1db6,iommugroup=12,subsystem-id=10de:124a";

const mappings = [
  ...mappingScenarios("pci", {
    on: (node) => `node=${node},path=0000:01:00.0,${GPU}`,
    wrong: (node) => `node=${node},path=0000:fe:1f.7,${GPU}`,
    device: "PCI device",
    flags: { mdev: "mdev", "live-migration-capable": "liveMigrationCapable" },
  }),
  ...mappingScenarios("usb", {
    on: (node) => `node=${node},id=0951:1666`,
    wrong: (node) => `node=${node},id=dead:beef`,
    device: "USB device",
    flags: {},
  }),
  ...mappingScenarios("dir", {
    on: (node) => `node=${node},path=/srv`,
    wrong: (node) => `node=${node},path=/nowhere`,
    // Directories are looked for on the node that answers only, so that only another one's can be wrong.
    device: "second node",
    flags: {},
  }),
];

export default defineScenarios([
  ...onAnyCluster([], [...overviewScenarios, ...optionScenarios]),
  ...onAnyCluster(["administrator's rights"], [...poolScenarios, ...mappings]),
]);
