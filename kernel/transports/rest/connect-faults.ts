/** The host showed a certificate that we do not accept; nothing was sent to it. */
export class CertificateFault extends Error {
  override readonly name = "CertificateFault";
  /** Of the certificate shown; undefined where there was none. */
  readonly fingerprint: string | undefined;

  constructor(reason: string, fingerprint: string | undefined) {
    super(reason);
    this.fingerprint = fingerprint;
  }
}

/** No connection within the time for one. */
export class ConnectTimeout extends Error {
  override readonly name = "ConnectTimeout";
}
