/** A certificate with its key, and what a client needs to trust it. */
export interface LabCertificate {
    readonly key: string;
    readonly cert: string;
    /** Certificate of the authority that signed it. */
    readonly caPem: string;
    /** SHA-256 as the Proxmox UI shows it: upper-case pairs with colons. */
    readonly fingerprint: string;
}
/** Makes an authority and a server certificate for the given names, as a fresh cluster does. */
export declare function makeCertificate(names: readonly string[], now?: number): LabCertificate;
