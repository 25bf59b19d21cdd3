import type { Random } from "../random.ts";
import { type Properties, parseProperties } from "./property-string.ts";

/** Models of network cards. */
const MODELS = new Set([
  "e1000",
  "e1000-82540em",
  "e1000-82544gc",
  "e1000-82545em",
  "e1000e",
  "i82551",
  "i82557b",
  "i82559er",
  "ne2k_isa",
  "ne2k_pci",
  "pcnet",
  "rtl8139",
  "virtio",
  "vmxnet3",
]);

/** A network device taken apart. */
export interface Net {
  readonly model: string;
  readonly macaddr: string;
  /** `bridge`, `firewall`, `tag`, … */
  readonly options: Properties;
}

/** Reads a `netN`; one without a MAC address gets a random one. */
export function parseNet(text: string, random: Random): Net {
  const options = parseProperties(text, {
    defaultKey: "model",
    booleans: new Set(["firewall", "link_down"]),
  });
  for (const model of MODELS) {
    const mac = options.get(model);
    if (mac === undefined) continue;
    options.delete(model);
    options.set("model", model);
    options.set("macaddr", mac);
  }
  const model = options.get("model") ?? "rtl8139";
  const macaddr = options.get("macaddr") ?? random.mac();
  options.delete("model");
  options.delete("macaddr");
  return { model, macaddr, options };
}

/** The device as the configuration file has it. */
export function printNet(net: Net): string {
  const keys = [...net.options.keys()].sort();
  return [`${net.model}=${net.macaddr}`, ...keys.map((key) => `${key}=${net.options.get(key) ?? ""}`)].join(
    ",",
  );
}
