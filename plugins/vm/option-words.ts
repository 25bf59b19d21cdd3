import { Type } from "../../sdk/index.ts";

const NEW_VOLUME = "STORAGE:GiB makes a new volume";

/** What options of a VM's configuration mean, where their name does not say. */
export const OPTION_WORDS = {
  agent: "1 to use the QEMU guest agent",
  balloon: "Least memory in MiB; 0 turns ballooning off",
  boot: "Boot order, such as order=scsi0;net0",
  cpu: "CPU type, such as host or x86-64-v2-AES, with flags",
  cipassword: "cloud-init: password of the user",
  ciuser: "cloud-init: user instead of the image's own",
  "ipconfig[n]": "cloud-init: ip=dhcp or ip=ADDRESS/BITS,gw=ADDRESS for netN",
  "net[n]": "Such as virtio,bridge=vmbr0",
  "scsi[n]": NEW_VOLUME,
  "virtio[n]": NEW_VOLUME,
  "sata[n]": NEW_VOLUME,
  "ide[n]": "STORAGE:iso/FILE,media=cdrom or STORAGE:cloudinit",
  efidisk0: "STORAGE:1,efitype=4m for UEFI",
  onboot: "Start with the node",
  protection: "Refuse removal of the VM and its disks",
  sshkeys: "cloud-init: public SSH keys, plain, one a line",
  startup: "order=N,up=SECONDS,down=SECONDS",
  tags: "Tags; they replace the present ones",
} as const satisfies Record<string, string>;

/** The API declares memory as text; models give it as a number. */
export const memory = Type.Optional(
  Type.Union([Type.Integer({ minimum: 16 }), Type.String()], { description: "MiB" }),
);
