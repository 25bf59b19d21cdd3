import { type FileProgram, type FilePrograms, formBase64 } from "./agent-file-programs.ts";

/**
 * Arguments go as base64: no text then has a meaning for PowerShell, which takes several characters for quotes.
 * Progress would be printed as XML.
 */
const BEGINNING = "$ErrorActionPreference='Stop';$ProgressPreference='SilentlyContinue';";

const SHARED = "[IO.File]::Open($f,'Open','Read','ReadWrite,Delete')";

/** Reads up to `$b.Length` bytes, since one read may give less, and prints them. */
const PRINT_BLOCK = `
$n=0
while($n -lt $b.Length){$r=$s.Read($b,$n,$b.Length-$n);if($r -eq 0){break};$n+=$r}
[Convert]::ToBase64String($b,0,$n)`;

const HASH = `
function Sum($p){$i=[IO.File]::Open($p,'Open','Read','ReadWrite,Delete');try{$h=[Security.Cryptography.SHA256]::Create();([BitConverter]::ToString($h.ComputeHash($i))-replace '-','').ToLower()}finally{$i.Close()}}`;

const OPEN = `
$f=$a[0]
if([IO.Directory]::Exists($f)){'directory';exit 0}
if(![IO.File]::Exists($f)){'missing';exit 0}
$s=${SHARED}
"file $($s.Length)"
if($a[1] -ne 'any' -and $s.Length -gt [long]$a[1]){exit 0}
$b=New-Object byte[] ([int]$a[2])${PRINT_BLOCK}`;

const BLOCK = `
$f=$a[0]
$s=${SHARED}
$b=New-Object byte[] ([int]$a[1])
[void]$s.Seek([long]$a[1]*[long]$a[2],'Begin')
'block'${PRINT_BLOCK}`;

const DIGEST = `${HASH}
if(![IO.File]::Exists($a[0])){'missing';exit 0}
Sum $a[0]`;

const BEGIN = `
$t=[IO.Path]::GetFullPath($a[0])
$d=[IO.Path]::GetDirectoryName($t)
if([IO.Directory]::Exists($t)){'directory';exit 0}
if(!$d -or ![IO.Directory]::Exists($d)){'missing';exit 0}
[IO.File]::Open([IO.Path]::Combine($d,$a[1]),'CreateNew').Close()
'begun'
[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($t))`;

const BESIDE = "$f=[IO.Path]::Combine([IO.Path]::GetDirectoryName($a[0]),$a[1])";

const APPEND = `
${BESIDE}
$c=[Convert]::FromBase64String([Console]::In.ReadToEnd().Replace('-','+').Replace('_','/'))
$s=[IO.File]::Open($f,'Open','Write')
try{[void]$s.Seek(0,'End');$s.Write($c,0,$c.Length)}finally{$s.Close()}`;

/** Replacing keeps who may do what with the old file. A string parameter takes no `$null`. */
const PLACE = `${HASH}
${BESIDE}
if((Sum $f) -ne $a[2]){[IO.File]::Delete($f);'damaged';exit 0}
$is=[IO.File]::Exists($a[0])
if($a[3] -ne ''){$now='absent';if($is){$now=Sum $a[0]};if($now -ne $a[3]){[IO.File]::Delete($f);"changed $now";exit 0}}
if($is){[IO.File]::Replace($f,$a[0],[NullString]::Value)}else{[IO.File]::Move($f,$a[0])}
'written'`;

const PLACED = `${HASH}
${BESIDE}
if([IO.File]::Exists($f)){'pending';exit 0}
if(![IO.File]::Exists($a[0])){'missing';exit 0}
Sum $a[0]`;

const FORGET = `
${BESIDE}
[IO.File]::Delete($f)`;

/** Files by Windows PowerShell, which every Windows has; owners and permission bits are not for it. */
export const windowsFiles: FilePrograms = {
  open: (path, most, length) =>
    script(OPEN, [path, most === undefined ? "any" : String(most), String(length)]),
  block: (path, length, index) => script(BLOCK, [path, String(length), String(index)]),
  digest: (path) => script(DIGEST, [path]),
  begin: (path, name) => script(BEGIN, [path, name]),
  append: (target, name, content) => script(APPEND, [target, name], formBase64(content)),
  place: ({ target, name, sha256, expected }) => script(PLACE, [target, name, sha256, expected]),
  placed: (target, name) => script(PLACED, [target, name]),
  forget: (target, name) => script(FORGET, [target, name]),
};

function script(text: string, args: readonly string[], input = ""): FileProgram {
  const words = args.map((arg) => `'${Buffer.from(arg).toString("base64")}'`).join(",");
  const decoded = `$a=@(@(${words})|%{[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($_))});`;
  const encoded = Buffer.from(BEGINNING + decoded + text, "utf16le").toString("base64");
  return { argv: ["powershell.exe", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded], input };
}
