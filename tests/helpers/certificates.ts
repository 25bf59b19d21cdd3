import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate with its key, as PEM. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
  /** SHA-256, upper-case hex pairs with colons. */
  readonly fingerprint: string;
}

/** What the certificate of {@link selfSigned} says. */
export interface CertificateRequest {
  /** As in `subjectAltName`: `IP:127.0.0.1,DNS:localhost`. */
  readonly names?: string;
  /** True for one that ended in the past. */
  readonly expired?: boolean;
}

/** A self-signed certificate from the `openssl` command; it can serve as its own CA. */
export function selfSigned({
  names = "IP:127.0.0.1,DNS:localhost",
  expired,
}: CertificateRequest = {}): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), "proxmox-mcp-cert-"));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe", cwd: folder });
  try {
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", at("key"));
    openssl("req", "-new", "-key", at("key"), "-subj", "/CN=test", "-out", at("request"));
    writeFileSync(
      at("config"),
      "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\n" +
        `[any]\ncommonName=supplied\n[shown]\nsubjectAltName=${names}\nbasicConstraints=CA:TRUE\n`,
    );
    writeFileSync(at("index"), "");
    writeFileSync(at("serial"), "01\n");
    const [start, end] = expired
      ? ["20200101000000Z", "20200201000000Z"]
      : ["20200101000000Z", "20450101000000Z"];
    openssl(
      ...["ca", "-batch", "-selfsign", "-notext", "-config", at("config"), "-extensions", "shown"],
      ...[
        "-keyfile",
        at("key"),
        "-in",
        at("request"),
        "-out",
        at("cert"),
        "-startdate",
        start!,
        "-enddate",
        end!,
      ],
    );
    const cert = readFileSync(at("cert"), "utf8");
    return {
      key: readFileSync(at("key"), "utf8"),
      cert,
      fingerprint: new X509Certificate(cert).fingerprint256,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
