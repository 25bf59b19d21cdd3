import { definePlugin } from "../../sdk/index.ts";
import { lxcAction } from "./lxc-action.ts";
import { lxcClone } from "./lxc-clone.ts";
import { lxcConvertToTemplate } from "./lxc-convert-to-template.ts";
import { lxcCreate } from "./lxc-create.ts";
import { lxcDestroy } from "./lxc-destroy.ts";
import { lxcExec } from "./lxc-exec.ts";
import { lxcGet } from "./lxc-get.ts";
import { lxcInterfaces } from "./lxc-interfaces.ts";
import { lxcList } from "./lxc-list.ts";
import { lxcMigrate } from "./lxc-migrate.ts";
import { lxcPending } from "./lxc-pending.ts";
import { lxcResize } from "./lxc-resize.ts";
import { lxcRrd } from "./lxc-rrd.ts";
import {
  lxcSnapshotCreate,
  lxcSnapshotDelete,
  lxcSnapshotList,
  lxcSnapshotRollback,
} from "./lxc-snapshots.ts";
import { lxcUpdateConfig } from "./lxc-update-config.ts";
import { lxcVolumeMove } from "./lxc-volume-move.ts";

export default definePlugin({
  id: "lxc",
  title: "Containers",
  tools: () => [
    lxcList,
    lxcGet,
    lxcInterfaces,
    lxcAction,
    lxcCreate,
    lxcUpdateConfig,
    lxcResize,
    lxcClone,
    lxcConvertToTemplate,
    lxcDestroy,
    lxcSnapshotList,
    lxcSnapshotCreate,
    lxcSnapshotRollback,
    lxcSnapshotDelete,
    lxcVolumeMove,
    lxcMigrate,
    lxcPending,
    lxcRrd,
    lxcExec,
  ],
});
