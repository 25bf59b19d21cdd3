import { ANSWER, type Expectation, type Values } from "../types.ts";
import { type Family, listOf, pick, type SentStep, seen, unchecked } from "./context.ts";

const CONTENT = "/nodes/{node}/storage/{storage}/content";

/** Volumes on storages. */
export const volumes: Family = (sent) => {
  const { endpoint, params } = sent;
  switch (`${endpoint.method} ${endpoint.path}`) {
    case `POST ${CONTENT}`:
      return [listed(params, { vmid: params.vmid }, ANSWER, true)];
    case `DELETE ${CONTENT}/{volume}`: {
      const volid = volidOf(params);
      return [listed(params, filterFor(volid), volid, false)];
    }
    case `PUT ${CONTENT}/{volume}`:
      return [described(sent)];
    case "POST /nodes/{node}/storage/{storage}/download-url":
      return [file(params, params.filename)];
    case "POST /nodes/{node}/storage/{storage}/upload":
      return [file(params, params.filename)];
    case "POST /nodes/{node}/aplinfo":
      return [file({ ...params, content: "vztmpl" }, params.template)];
    default:
      return undefined;
  }
};

function listed(params: Values, filter: Values, volid: string, there: boolean): Expectation {
  const place = pick(params, ["node", "storage"]);
  return {
    ...seen(CONTENT, { ...place, ...filter }, { is: "listed", there, row: { volid }, mayHide: true }),
    object: volid === ANSWER ? `volumes on ${String(params.storage)}` : `volume ${volid}`,
  };
}

/** The name loses what stands before the last slash, and gets `_` for all but letters, digits, `.`, `_` and `-`. */
function file(params: Values, name: unknown): Expectation {
  const content = String(params.content);
  const kept = String(name)
    .replace(/^.*[/\\]/, "")
    .replaceAll(/[^-a-zA-Z0-9_.]/g, "_");
  return listed(params, { content }, `${String(params.storage)}:${content}/${kept}`, true);
}

function volidOf({ storage, volume }: Values): string {
  const text = String(volume);
  return text.includes(":") ? text : `${String(storage)}:${text}`;
}

/** Asks for no more than what the volume is among. */
function filterFor(volid: string): Values {
  const content = /:(iso|vztmpl|snippets|import|backup)\//.exec(volid)?.[1];
  if (content !== undefined) return { content };
  const vmid = /(?:^|[:/])(?:vm|base|subvol|basevol)-(\d+)-/.exec(volid)?.[1];
  return vmid === undefined || /\/vm-.*\/|base-/.test(volid) ? {} : { vmid: Number(vmid) };
}

function described(sent: SentStep): Expectation {
  const { params, endpoint } = sent;
  const set = pick(params, ["notes", "protected"]);
  if (listOf(params.volume).length === 0) return unchecked(sent, "it names no volume");
  // A snippet that was written: only that it is there shows.
  if (Object.keys(set).length === 0) {
    const volid = volidOf(params);
    return listed(params, filterFor(volid), volid, true);
  }
  return seen(endpoint.path, pick(params, ["node", "storage", "volume"]), {
    is: "fields",
    by: `PUT ${CONTENT}/{volume}`,
    set,
    gone: [],
  });
}
