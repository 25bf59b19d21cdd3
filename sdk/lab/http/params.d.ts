import type { WireValue } from "../frame/params.ts";
/** Query and body values by name; repeated keys become an array. */
export declare function decodeForm(text: string): Map<string, WireValue>;
/** Decodes every `%XX`, whatever bytes come out. */
export declare function decodePercent(text: string): string;
/** Fields of a JSON body; the error is the text that Proxmox VE's JSON reader gives up with. */
export declare function decodeJson(text: string): Map<string, WireValue> | {
    readonly error: string;
};
