import { posix } from "node:path";
import { type FileProgram, type FilePrograms, formBase64 } from "./agent-file-programs.ts";
import { shellCommand } from "./agent-limits.ts";
import { COMMIT } from "./container-scripts.ts";

/** `path most length` */
const OPEN = `
[ -e "$1" ] || { echo missing; exit 0; }
[ ! -d "$1" ] || { echo directory; exit 0; }
[ -f "$1" ] || { echo other; exit 0; }
size=$(stat -L -c %s -- "$1") || exit
echo "file $size"
[ "$2" = any ] || [ "$size" -le "$2" ] || exit 0
head -c "$3" -- "$1" | base64`;

/** `path length index`; blocks are found by their place, so that a long file is not read from its beginning. */
const BLOCK = `echo block; dd if="$1" bs="$2" skip="$3" count=1 2>/dev/null | base64`;

/** `path` */
const DIGEST = `
[ -f "$1" ] || { echo missing; exit 0; }
sum=$(sha256sum < "$1") || exit
echo "\${sum%% *}"`;

/** `path fresh` */
const PLACED = `[ ! -e "$2" ] || { echo pending; exit 0; }${DIGEST}`;

/** `path name`; a link is followed. */
const BEGIN = `
target=$1
if [ -L "$1" ]; then target=$(readlink -f -- "$1") || { echo missing; exit 0; }; fi
folder=\${target%/*}
[ -d "$folder/" ] || { echo missing; exit 0; }
[ ! -d "$target" ] || { echo directory; exit 0; }
[ ! -e "$target" ] || [ -f "$target" ] || { echo other; exit 0; }
umask 077
set -C
true > "$folder/$2" || exit
echo begun
printf %s "$target" | base64`;

/** `path`; never makes the file anew, which somebody may have removed. */
const APPEND = `[ -f "$1" ] || exit; tr _- /+ | base64 -d >> "$1"`;

/** Files by `sh` and the small programs of coreutils or busybox. */
export const posixFiles: FilePrograms = {
  open: (path, most, length) =>
    script(OPEN, [path, most === undefined ? "any" : String(most), String(length)]),
  block: (path, length, index) => script(BLOCK, [path, String(length), String(index)]),
  digest: (path) => script(DIGEST, [path]),
  begin: (path, name) => script(BEGIN, [path, name]),
  append: (target, name, content) => script(APPEND, [beside(target, name)], formBase64(content)),
  place: ({ target, name, sha256, expected, mode, owner }) =>
    script(COMMIT, [
      target,
      name,
      sha256,
      expected,
      mode === undefined ? "" : mode.toString(8),
      owner === undefined ? "" : `${owner.uid}:${owner.gid}`,
    ]),
  placed: (target, name) => script(PLACED, [target, beside(target, name)]),
  forget: (target, name) => script('rm -f -- "$1"', [beside(target, name)]),
};

function script(text: string, args: readonly string[], input = ""): FileProgram {
  return { argv: shellCommand(text, args), input };
}

function beside(target: string, name: string): string {
  return posix.join(posix.dirname(target), name);
}
