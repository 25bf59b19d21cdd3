import type { StepParams } from "../../sdk/index.ts";

const DISK = /^(?:(?:ide|sata|scsi|virtio|unused)\d+|efidisk0|tpmstate0)$/;

/**
 * Which of the two endpoints a config change takes. `PUT` answers when all is done and
 * `POST` answers a task; allocating, importing or removing a volume can outlast a request.
 */
export function configRoute(changes: StepParams): "PUT" | "POST" {
  const names = Object.entries(changes).filter(([, value]) => value !== undefined);
  const touchesVolumes = names.some(([name, value]) =>
    name === "delete" ? listed(value).some((key) => DISK.test(key)) : DISK.test(name),
  );
  return touchesVolumes ? "POST" : "PUT";
}

/** The items of a list given as an array or in one of the API's text forms. */
export function listed(value: StepParams[string]): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" ? value.split(/[\s,;]+/).filter((item) => item !== "") : [];
}
