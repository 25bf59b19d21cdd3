import type { FileStep, ShellStep } from "../../sdk/inside-steps.ts";
import type { SnippetStep } from "../../sdk/snippet-steps.ts";
import { type CliStep, isStepRef, type RestStep, type Step } from "../../sdk/steps.ts";
import { isPlainObject } from "./json-schema.ts";

const METHODS: ReadonlySet<unknown> = new Set(["GET", "POST", "PUT", "DELETE"]);

/** Whether this is a step of some kind, as far as its shape goes; plugins are not trusted to keep to their types. */
export function isStep(value: unknown): value is Step {
  return (
    isRestStep(value) || isCliStep(value) || isShellStep(value) || isFileStep(value) || isSnippetStep(value)
  );
}

const NODE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

function isCliStep(step: unknown): step is CliStep {
  return (
    isPlainObject(step) &&
    step.via === "cli" &&
    typeof step.node === "string" &&
    NODE_NAME.test(step.node) &&
    typeof step.command === "string" &&
    isPlainObject(step.params) &&
    !Object.values(step.params).some(isStepRef) &&
    isId(step.id)
  );
}

function isRestStep(step: unknown): step is RestStep {
  return (
    isPlainObject(step) &&
    step.via === "rest" &&
    METHODS.has(step.method) &&
    typeof step.path === "string" &&
    isPlainObject(step.params) &&
    (step.file === undefined || isUpload(step)) &&
    isId(step.id)
  );
}

/** Only uploads carry a file, and it is said exactly which. */
function isUpload({ method, path, file }: Readonly<Record<string, unknown>>): boolean {
  const call = `${String(method)} ${String(path)}`;
  return call === "POST /nodes/{node}/storage/{storage}/upload" && isStepFile(file);
}

function isStepFile(file: unknown): boolean {
  if (!isPlainObject(file) || !isPlainObject(file.from)) return false;
  const { path: at, artifact } = file.from;
  return (
    (typeof at === "string") !== (typeof artifact === "string") &&
    Number.isSafeInteger(file.size) &&
    typeof file.mtimeMs === "number" &&
    typeof file.sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(file.sha256)
  );
}

function isShellStep(step: unknown): step is ShellStep {
  return (
    isPlainObject(step) &&
    step.via === "shell" &&
    isPlace(step.place) &&
    Array.isArray(step.argv) &&
    step.argv.every((word) => typeof word === "string") &&
    isTextOrNone(step.stdin) &&
    (step.sudo === undefined || typeof step.sudo === "boolean") &&
    (step.raw === undefined || step.raw === true) &&
    typeof step.timeoutMs === "number" &&
    isId(step.id)
  );
}

function isFileStep(step: unknown): step is FileStep {
  return (
    isPlainObject(step) &&
    step.via === "file" &&
    isPlace(step.place) &&
    (step.action === "read" || step.action === "write") &&
    typeof step.path === "string" &&
    (step.content === undefined || isContent(step.content)) &&
    (step.expected === undefined || isChecksum(step.expected)) &&
    (step.mode === undefined || typeof step.mode === "number") &&
    (step.maxBytes === undefined || typeof step.maxBytes === "number") &&
    isId(step.id)
  );
}

function isSnippetStep(step: unknown): step is SnippetStep {
  return (
    isPlainObject(step) &&
    step.via === "snippet" &&
    (step.action === "write" ? isContent(step.content) : step.action === "remove") &&
    typeof step.node === "string" &&
    NODE_NAME.test(step.node) &&
    typeof step.storage === "string" &&
    typeof step.name === "string" &&
    (step.expected === undefined || isChecksum(step.expected)) &&
    isId(step.id)
  );
}

function isPlace(place: unknown): boolean {
  if (!isPlainObject(place) || typeof place.node !== "string" || !NODE_NAME.test(place.node)) return false;
  return (
    place.kind === "node" ||
    ((place.kind === "qemu" || place.kind === "lxc") && Number.isSafeInteger(place.vmid))
  );
}

function isContent(content: unknown): boolean {
  return isStepFile(content) || (isPlainObject(content) && typeof content.text === "string");
}

function isChecksum(value: unknown): boolean {
  return value === "absent" || (typeof value === "string" && /^[0-9a-f]{64}$/.test(value));
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isId(id: unknown): boolean {
  return id === undefined || typeof id === "string";
}
