import { createHash, X509Certificate } from "node:crypto";
import { die, paramError } from "../errors.ts";
import type { LabCore, LabNode, LabRequest } from "../types.ts";

const PATH = "/nodes/{node}/certificates";

/** Certificates that were uploaded in place of the cluster's own. */
const custom = new WeakMap<LabNode, string>();

/** A node's certificates. (pve-manager, PVE/API2/Certificates.pm; pve-common, src/PVE/Certificate.pm) */
export function registerNodeCertificates(lab: LabCore): void {
  lab.route(`GET ${PATH}/info`, info);
  lab.route(`POST ${PATH}/custom`, upload);
  lab.route(`DELETE ${PATH}/custom`, ({ node }) => {
    custom.delete(node);
    return null;
  });
}

/** Validity in days, from when the node booted. */
const VALID = 730;

function info({ node, lab: { state } }: LabRequest): unknown {
  const notbefore = Math.floor(node.bootedAt / 1000);
  const common = { notbefore, notafter: notbefore + VALID * 86_400, "public-key-type": "rsaEncryption" };
  const unit = createHash("sha1").update(state.localNode).digest("hex");
  const root = `/CN=Proxmox Virtual Environment/OU=${unit}/O=PVE Cluster Manager CA`;
  const uploaded = custom.get(node);
  return [
    {
      ...{ filename: "pve-root-ca.pem", subject: root, issuer: root, san: [], "public-key-bits": 4096 },
      ...{ ...common, fingerprint: node.fingerprint },
    },
    {
      ...{ filename: "pve-ssl.pem", issuer: root, "public-key-bits": 2048, ...common },
      subject: `/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=${node.name}.example.com`,
      ...{ san: ["127.0.0.1", "localhost", node.ip, node.name], fingerprint: node.fingerprint },
    },
    ...(uploaded === undefined ? [] : [described(uploaded)]),
  ];
}

const BLOCK =
  "-----BEGIN $label-----\\s*(?:[0-9A-Za-z+/]+\\s*\\n)*[0-9A-Za-z+/]*={0,2}\\s*\\n-----END $label-----\\s*";

function isPem(text: string, label: string): boolean {
  return new RegExp(`^(?:${BLOCK.replaceAll("$label", label)})+$`).test(text);
}

/** What stands before the first block is dropped. */
function withoutHead(text: string): string {
  return text.slice(Math.max(0, text.indexOf("-----BEGIN ")));
}

function upload({ node, params }: LabRequest): unknown {
  const pem = withoutHead(params.need("certificates"));
  const key = params.text("key") ?? "";
  const faults = {
    ...(isPem(pem, "CERTIFICATE") ? {} : { certificates: NO_PEM }),
    ...(!params.has("key") || isPem(withoutHead(key), ".*?") ? {} : { key: NO_PEM }),
  };
  if (Object.keys(faults).length > 0) throw paramError(faults);
  if (key === "" && !custom.has(node))
    throw paramError({ key: "Attempted to upload custom certificate without (existing) key." });
  if (custom.has(node) && !params.flag("force"))
    throw die("Custom certificate file exists but force flag is not set.\n");
  const found = described(pem);
  custom.set(node, pem);
  return found;
}

const NO_PEM = "invalid format - not a valid PEM-formatted string.\n";

/** The first certificate of a chain. */
function described(chain: string): Record<string, unknown> {
  const certificate = read(chain);
  const seconds = (text: string): number => Math.floor(Date.parse(text) / 1000);
  const { publicKey, subject, issuer, fingerprint256, validFrom, validTo, subjectAltName } = certificate;
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey;
  const isRsa = asymmetricKeyType === "rsa";
  return {
    ...{ filename: "pveproxy-ssl.pem", fingerprint: fingerprint256, pem: certificate.toString() },
    ...{ subject: onOneLine(subject), issuer: onOneLine(issuer) },
    ...{ notbefore: seconds(validFrom), notafter: seconds(validTo) },
    san: (subjectAltName ?? "").split(", ").flatMap((name) => name.split(":").slice(1).join(":") || []),
    "public-key-type": isRsa ? "rsaEncryption" : "id-ecPublicKey",
    "public-key-bits": asymmetricKeyDetails?.modulusLength ?? 256,
  };
}

function read(chain: string): X509Certificate {
  try {
    return new X509Certificate(chain);
  } catch {
    throw die("unable to read certificate from '/etc/pve/local/pveproxy-ssl.pem'\n");
  }
}

function onOneLine(name: string): string {
  return name
    .split("\n")
    .map((part) => `/${part}`)
    .join("");
}
