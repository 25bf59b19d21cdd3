/**
 * Translates the Perl patterns of the API's schemas. Proxmox compares with
 * `m/^PATTERN$/` without a group around it, so `a|b` means "begins with a, or
 * ends with b"; strings are decoded, so `\d`, `\w` and `\s` take all of Unicode.
 * (pve-common, src/PVE/JSONSchema.pm, check_prop)
 */
/** The Perl pattern, anchored as Proxmox anchors it, for `test()`. Throws for syntax that no schema uses. */
export declare function perlPattern(pattern: string): RegExp;
