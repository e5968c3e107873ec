/**
 * The kernel's most common headers, read by gcc once and not for each of 1500 files. What make is given as the compiler
 * is a script of the objects' folder: it adds the precompiled headers where a file is compiled as they were, and is gcc
 * otherwise; a file that does not compile with them, or says anything, is compiled without. It changes no source.
 *
 * A file that has the headers sees more declarations than it asked for, so what it defines before its own includes
 * would come too late for them: such files go without, except for the few names that are known to be harmless.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runTool } from './build-tools.ts';

/** What more than a third of the files read, beside their own; one that a source does not have is left out. */
const HEADERS = [
  'linux/kernel.h',
  'linux/module.h',
  'linux/init.h',
  'linux/slab.h',
  'linux/sched.h',
  'linux/fs.h',
  'linux/mm.h',
  'linux/device.h',
  'linux/interrupt.h',
  'linux/uaccess.h',
  'linux/seq_file.h',
  'linux/cred.h',
  'linux/nsproxy.h',
  'linux/cpu.h',
  'linux/vmalloc.h',
  'linux/kthread.h',
  'linux/skbuff.h',
  'linux/netdevice.h',
  'linux/cgroup.h',
  'linux/security.h',
  'linux/highmem.h',
  'linux/pagemap.h',
  'linux/blkdev.h',
  'linux/syscalls.h',
  'linux/proc_fs.h',
  'linux/of.h',
  'linux/dma-mapping.h',
  'linux/pci.h',
  'linux/acpi.h',
];
/** A file that make compiles with the flags of nearly all others before it compiles those. */
const ORDINARY = 'scripts/mod/.empty.o.cmd';
/** What make defines for each file by itself: behind the headers, and under other names before them. */
const OF_THE_FILE = ['KBUILD_MODFILE', 'KBUILD_BASENAME', 'KBUILD_MODNAME', '__KBUILD_MODNAME'];
const RENAMED = 'LCOW_';
/** Beginnings of messages, which a file may define: macros use them, and a few inline functions of the headers. */
const FORMATS = ['pr_fmt', 'dev_fmt'];
/** Stands in messages of the headers' own functions: a file that has one of these is compiled without. */
const MARK = 'LCOW_FORMAT';
/** For headers of trace events, which are read again where a file defines it. */
const HARMLESS = ['CREATE_TRACE_POINTS'];

/** The compiler for make; it has no precompiled headers until there are some. @returns its path */
export async function placeCompiler(objects: string): Promise<string> {
  await mkdir(folderOf(objects), { recursive: true });
  return place(compilerOf(objects), '#!/bin/sh\nexec gcc "$@"\n', 0o755);
}

/**
 * Reads the headers for the configuration that make has prepared, and has the compiler use them. Files are compiled
 * again where what they could see of the headers has changed.
 * @returns why there are none; undefined where there are. A build goes without.
 */
export async function precompileHeaders(
  objects: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const folder = folderOf(objects);
  try {
    const flags = ordinaryFlags(await readFile(join(objects, ORDINARY), 'utf8'));
    const run = async (...words: string[]): Promise<void> => {
      await runTool('gcc', [...flags.words, ...words], {
        cwd: objects,
        env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
        ...(signal === undefined ? {} : { signal }),
      });
    };
    const includes = [
      ...FORMATS.map((name) => `#define ${name}(text) "${MARK}" text\n`),
      ...flags.first.map((path) => `#include "${resolve(objects, path)}"\n`),
      ...HEADERS.map((name) => `#if __has_include(<${name}>)\n#include <${name}>\n#endif\n`),
    ];
    const all = await place(join(folder, 'all.h'), includes.join(''));
    const text = join(folder, 'all.i');
    await run('-E', '-P', '-dD', '-o', text, '-x', 'c-header', all);
    const read = await readFile(text, 'utf8');
    await rm(text);
    await place(join(folder, 'behind.h'), headersBehind(digest(relevant(read))));
    // What gcc includes where it cannot use its precompiled form.
    const headers = await place(join(folder, 'headers.h'), '');
    const check = ['-include', headers, '-Winvalid-pch', '-Werror', '-fsyntax-only'];
    const use = (): Promise<void> => run(...check, '-x', 'c', '/dev/null');
    const key = digest(read + flags.seen);
    const keyFile = join(folder, 'key');
    const had = existsSync(keyFile) && (await readFile(keyFile, 'utf8')) === key;
    const isUsable =
      had &&
      (await use().then(
        () => true,
        () => false,
      ));
    if (!isUsable) {
      await rm(keyFile, { force: true });
      await run('-o', `${headers}.gch`, '-x', 'c-header', all);
      await use();
      await writeFile(keyFile, key);
    }
    await place(compilerOf(objects), compilerScript(folder, flags.seen), 0o755);
    return undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

export interface OrdinaryFlags {
  /** What gcc is told for any file. */
  readonly words: readonly string[];
  /** Headers that are included into each file, which come first. */
  readonly first: readonly string[];
  /** Of the words what changes how headers are read, as the compiler's script puts it together. */
  readonly seen: string;
}

/**
 * The flags of a file without what is its own.
 * @param saved what make keeps of a command: `cmd_FILE.o := gcc ... FILE.c`
 */
export function ordinaryFlags(saved: string): OrdinaryFlags {
  const command = /^(?:saved)?cmd_\S+ := \S+ ([^;\n]*)/m.exec(saved)?.[1];
  if (command === undefined) throw new Error(`${ORDINARY} has no command of gcc`);
  const words: string[] = [];
  const first: string[] = [];
  let seen = '';
  const given = command.trim().split(/\s+/);
  for (const [index, word] of given.entries()) {
    const before = given[index - 1];
    const isOwn = OF_THE_FILE.some((name) => word.startsWith(`-D${name}=`));
    if (isOwn || word.startsWith('-Wp,')) continue;
    if (/^-(?![WI])/.test(word)) seen += ` ${word}`;
    if (before === '-include') first.push(word);
    else if (!['-include', '-c', '-o'].includes(word) && (word.startsWith('-') || before === '-I'))
      words.push(word);
  }
  const quoted = [...words, ...first].find((word) => /['"\\$]/.test(word));
  if (quoted !== undefined) throw new Error(`cannot take the flag ${quoted} from ${ORDINARY}`);
  // It refuses to be included by anything else.
  return { words, first: first.filter((path) => !path.endsWith('/compiler-version.h')), seen };
}

/**
 * Of preprocessed headers what files can see: a line for an option that nothing mentions is left out, so that files
 * are not compiled again for it.
 */
export function relevant(preprocessed: string): string {
  const options = /^#define (CONFIG_\w+) .*\n/gm;
  const mentioned = new Set(preprocessed.replace(options, '').match(/\bCONFIG_\w+/g));
  return preprocessed.replace(options, (line, name: string) =>
    mentioned.has(name) || mentioned.has(name.replace(/_MODULE$/, '')) ? line : '',
  );
}

/** What is included behind the headers; that files depend on it makes them depend on the headers. */
function headersBehind(content: string): string {
  const formats = FORMATS.map(
    (name) => `#undef ${name}\n#ifndef ${RENAMED}${name}\n#define ${name}(text) text\n#endif\n`,
  );
  const defined = OF_THE_FILE.map((name) => `#define ${name} ${RENAMED}${name}\n`);
  return [`/* headers ${content} */\n`, ...defined, ...formats].join('');
}

/**
 * Of a source: refuses what defines a name before an include, and whose own headers ask whether a format is defined;
 * tells which formats it defines itself.
 */
const LOOK_AT_SOURCE = `
/^[ \\t]*#[ \\t]*(define|undef)[ \\t]/ {
  sub(/^[ \\t]*#[ \\t]*(define|undef)[ \\t]+/, ""); sub(/[^A-Za-z0-9_].*/, "")
  if ($0 ~ /^(${FORMATS.join('|')})$/) formats = formats " -D${RENAMED}" $0
  else if ($0 !~ /^(${HARMLESS.join('|')})$/) others = 1
}
/^[ \\t]*#[ \\t]*include/ { if (others) exit 1; before = formats }
/^[ \\t]*#[ \\t]*include[ \\t]*"/ {
  split($0, include, /"/); header = FILENAME; sub(/[^\\/]*$/, "", header); header = header include[2]
  while ((getline line < header) > 0) if (line ~ /^[ \\t]*#[ \\t]*if.*(${FORMATS.join('|')})/) exit 1
  close(header)
}
END { print before }`;

function compilerScript(folder: string, flags: string): string {
  return `#!/bin/sh
# gcc for make: linuxkit/kernel/precompiled-headers.ts says why.
with_headers() {
  seen=
  for word do
    shift
    case $word in
      ${OF_THE_FILE.map((name) => `-D${name}=*`).join(' | ')}) word=-D${RENAMED}\${word#-D} ;;
      -W* | -I*) ;;
      -*) seen="$seen $word" ;;
      *.c) source=$word ;;
      *.o) object=$word ;;
    esac
    set -- "$@" "$word"
  done
  [ "$seen" = ${quote(flags)} ] || return 1
  formats=$(awk ${quote(LOOK_AT_SOURCE)} "$source") || return 1
  said=$(gcc -include ${quote(join(folder, 'headers.h'))} $formats -include ${quote(join(folder, 'behind.h'))} "$@" 2>&1) &&
    [ -z "$said" ] && ! grep -q ${MARK} "$object"
}
with_headers "$@" || exec gcc "$@"
`;
}

function folderOf(objects: string): string {
  return join(objects, 'lcow-headers');
}

function compilerOf(objects: string): string {
  return join(folderOf(objects), 'gcc');
}

/** Leaves a file that is so already: make goes by its time. @returns the path */
async function place(path: string, content: string, mode = 0o644): Promise<string> {
  const old = existsSync(path) ? await readFile(path, 'utf8') : undefined;
  if (old === content) return path;
  await writeFile(`${path}.new`, content, { mode });
  await rename(`${path}.new`, path);
  return path;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
