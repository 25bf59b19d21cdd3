/**
 * What runs in a container for files, by the `sh` and the small programs of coreutils or busybox. Paths are arguments
 * and never part of a script. The first line of output says how things are.
 */

/**
 * `path most unsized`: prints `file SIZE`, then so many bytes; nothing more where it has more than `most` (empty: no
 * bound). Of a file that tells no size, as those below /proc, up to `unsized` bytes.
 */
export const READ = `
[ -e "$1" ] || { echo missing; exit 0; }
[ ! -d "$1" ] || { echo directory; exit 0; }
[ -f "$1" ] || { echo other; exit 0; }
size=$(stat -L -c %s -- "$1") || exit 1
echo "file $size"
if [ -n "$2" ] && [ "$size" -gt "$2" ]; then exit 0; fi
[ "$size" -gt 0 ] || size=$3
exec head -c "$size" -- "$1"
`;

/**
 * `path name`: keeps its standard input in a file of that name beside the target, readable by its owner alone. Prints
 * `kept` and the path of the file that is to be replaced: a link is followed, but not to where nothing is, which
 * busybox tells wrong.
 */
export const STAGE = `
target=$1
if [ -L "$1" ]; then
  [ -e "$1" ] || { echo missing; exit 0; }
  target=$(readlink -f -- "$1") || exit 1
fi
folder=\${target%/*}
[ -d "$folder/" ] || { echo missing; exit 0; }
[ ! -d "$target" ] || { echo directory; exit 0; }
[ ! -e "$target" ] || [ -f "$target" ] || { echo other; exit 0; }
fresh=$folder/$2
trap 'rm -f -- "$fresh"; exit 1' HUP INT TERM PIPE
umask 077
cat > "$fresh" || { code=$?; rm -f -- "$fresh"; exit $code; }
echo kept
printf %s "$target"
`;

/**
 * `target name sha256 expected mode owner`: gives the file that was kept its owner and mode, and puts it in the place
 * of the target. Empty: nothing is expected; mode and owner of the old file, or 644. Prints `written`, `damaged` or
 * `changed` with what was found.
 */
export const COMMIT = `
fresh=\${1%/*}/$2
trap 'rm -f -- "$fresh"' EXIT
trap 'exit 1' HUP INT TERM
kept=$(sha256sum < "$fresh") || exit 1
[ "\${kept%% *}" = "$3" ] || { echo damaged; exit 0; }
mode=644 owner=
if [ -f "$1" ]; then
  mode=$(stat -c %a -- "$1") || exit 1
  owner=$(stat -c %u:%g -- "$1") || exit 1
fi
[ -z "$5" ] || mode=$5
[ -z "$6" ] || owner=$6
[ -z "$owner" ] || chown -- "$owner" "$fresh" || exit 1
chmod -- "$mode" "$fresh" || exit 1
if [ -n "$4" ]; then
  now=absent
  if [ -e "$1" ]; then now=$(sha256sum < "$1") || exit 1; fi
  [ "\${now%% *}" = "$4" ] || { echo "changed \${now%% *}"; exit 0; }
fi
mv -f -- "$fresh" "$1" || exit 1
echo written
`;
