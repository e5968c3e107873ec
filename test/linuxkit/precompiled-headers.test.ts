/**
 * The compiler that make is given, around a stand-in for a kernel's headers: which files get the precompiled ones, and
 * that each is compiled as it would be without. The whole kernel's: test/long/kernel-build.ts.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { missingTools } from '../../linuxkit/kernel/build-tools.ts';
import {
  ordinaryFlags,
  placeCompiler,
  precompileHeaders,
  relevant,
} from '../../linuxkit/kernel/precompiled-headers.ts';
import { skip } from '../harness/skip.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const KERNEL_H = `#ifndef KERNEL_H
#define KERNEL_H
#ifndef pr_fmt
#define pr_fmt(text) text
#endif
#define pr_info(text) say(pr_fmt(text))
#ifdef CONFIG_LOUD
#define MODULE_NAME KBUILD_MODNAME "!"
#else
#define MODULE_NAME KBUILD_MODNAME
#endif
#ifdef DEBUG
#define LEVEL "debug"
#else
#define LEVEL "plain"
#endif
void say(const char *text);
static inline int twice(int x) { return 2 * x; }
static inline void warn(void) { say(pr_fmt("hello")); }
#endif
`;
/** What stands in a file before its includes, and what it says then. */
const SOURCE = `#include <linux/kernel.h>
const char *name = MODULE_NAME, *level = LEVEL;
void greet(void) { pr_info("hello"); }
`;
const FLAGS = '-I include -I other -include include/first.h -Wall -Wundef -O2';

interface Stage {
  readonly objects: string;
  /** Compiles a file. @returns the texts of its object, or undefined where it does not compile */
  readonly compile: (source: string, ...flags: string[]) => string[] | undefined;
  /** From now on whoever reads the headers fails. */
  readonly breakHeaders: () => void;
  readonly configure: (...options: string[]) => void;
}

async function withHeaders(body: (stage: Stage) => Promise<void>): Promise<void> {
  if (missingTools(undefined).some(({ name }) => ['gcc', 'strip'].includes(name))) {
    return skip('gcc is not installed');
  }
  await inTemporaryFolder(async (objects) => {
    for (const folder of ['include/linux', 'scripts/mod']) {
      mkdirSync(join(objects, folder), { recursive: true });
    }
    const header = join(objects, 'include/linux/kernel.h');
    writeFileSync(header, KERNEL_H);
    writeFileSync(join(objects, 'include/first.h'), '#include "config.h"\n');
    const configure = (...options: string[]): void => {
      const lines = options.map((name) => `#define CONFIG_${name} 1\n`);
      writeFileSync(join(objects, 'include/config.h'), lines.join(''));
    };
    configure();
    writeFileSync(
      join(objects, 'scripts/mod/.empty.o.cmd'),
      `cmd_scripts/mod/empty.o := gcc -Wp,-MMD,x.d ${FLAGS} -DKBUILD_MODNAME='"empty"' -c -o x.o x.c \n\nx := y\n`,
    );
    const compiler = await placeCompiler(objects);
    await body({
      objects,
      configure,
      breakHeaders: () => writeFileSync(header, '#ifndef KERNEL_H\n#error read\n#endif\n'),
      compile: (source, ...flags) => {
        writeFileSync(join(objects, 'file.c'), source);
        const own = ['-Wp,-MMD,file.d', '-DKBUILD_MODNAME="file"', '-c', '-o', 'file.o', 'file.c'];
        const words = [...FLAGS.split(' '), ...flags, ...own];
        const { status } = spawnSync(compiler, words, { cwd: objects });
        if (status !== 0) return undefined;
        const object = readFileSync(join(objects, 'file.o'), 'latin1');
        return ['file!', 'file', 'debug', 'plain', 'mine: hello', 'hello'].filter((text) =>
          new RegExp(`(?<![ -~])${text}\\0`).test(object),
        );
      },
    });
  });
}

test('headers are read once, and a file has its own name and what it defines for their macros', async () => {
  await withHeaders(async ({ objects, compile, breakHeaders }) => {
    assert.equal(compile(SOURCE), ['file', 'plain', 'hello']);
    assert.is(await precompileHeaders(objects), undefined);
    breakHeaders();
    assert.equal(compile(SOURCE), ['file', 'plain', 'hello']);
    assert.match(readFileSync(join(objects, 'file.d'), 'utf8'), 'lcow-headers/behind.h');
    const own = '#define pr_fmt(text) "mine: " text\n';
    assert.equal(compile(own + SOURCE), ['file', 'plain', 'mine: hello']);
    assert.equal(compile(`#define CREATE_TRACE_POINTS\n${SOURCE}`), ['file', 'plain', 'hello']);
  });
});

test('a file that the headers must be read for again is compiled without the precompiled ones', async () => {
  await withHeaders(async ({ objects, compile, breakHeaders }) => {
    assert.is(await precompileHeaders(objects), undefined);
    const early = `#define DEBUG\n${SOURCE}`;
    const otherTwice =
      'static const char *twice = "hello";\nconst char *f(void) { return twice; }\n';
    assert.equal(compile(early), ['file', 'debug', 'hello']);
    assert.equal(compile(SOURCE, '-DDEBUG'), ['file', 'debug', 'hello']);
    assert.equal(compile(SOURCE, '-fno-common'), ['file', 'plain', 'hello']);
    // It includes nothing, and has its own use for a name of the headers.
    assert.equal(compile(otherTwice), ['hello']);
    // The message of the headers' function begins as the file's.
    const warns = `#define pr_fmt(text) "mine: " text\n#include <linux/kernel.h>\nvoid f(void) { warn(); }\n`;
    assert.equal(compile(warns), ['mine: hello']);
    // So does one whose own header has it, where nothing else had.
    const local = '#ifndef pr_fmt\n# define pr_fmt(text) "mine: " text\n#endif\n';
    writeFileSync(join(objects, 'local.h'), local);
    assert.equal(compile(`#include "local.h"\n${SOURCE}`), ['file', 'plain', 'mine: hello']);
    breakHeaders();
    assert.is(compile(warns), undefined);
    assert.is(compile(early), undefined);
    assert.is(compile(SOURCE, '-DDEBUG'), undefined);
    assert.is(compile(SOURCE, '-fno-common'), undefined);
    assert.equal(compile(otherTwice), ['hello']);
    assert.is(compile(`${SOURCE}error`), undefined);
  });
});

test('an option that headers look at has files compiled again; one that they do not has the headers read again', async () => {
  await withHeaders(async ({ objects, compile, configure }) => {
    const written = (name: string): number => statSync(join(objects, 'lcow-headers', name)).mtimeMs;
    const now = (): number[] => ['headers.h.gch', 'behind.h'].map(written);
    assert.is(await precompileHeaders(objects), undefined);
    const first = now();
    assert.is(await precompileHeaders(objects), undefined);
    assert.equal(now(), first);

    configure('OTHER');
    assert.is(await precompileHeaders(objects), undefined);
    const second = now();
    assert.ok((second[0] ?? 0) > (first[0] ?? 0));
    assert.is(second[1], first[1]);
    const asks = '#ifdef CONFIG_OTHER\nconst char *other = "debug";\n#endif\n';
    assert.equal(compile(asks + SOURCE), ['file', 'debug', 'plain', 'hello']);

    configure('OTHER', 'LOUD');
    assert.is(await precompileHeaders(objects), undefined);
    assert.ok(written('behind.h') > (second[1] ?? 0));
    assert.equal(compile(SOURCE), ['file!', 'plain', 'hello']);
  });
});

test('where headers cannot be precompiled it is said why, and files are compiled without', async () => {
  await withHeaders(async ({ objects, compile }) => {
    writeFileSync(
      join(objects, 'include/linux/module.h'),
      '#ifndef KBUILD_MODNAME\n#error none\n#endif\n',
    );
    assert.match((await precompileHeaders(objects)) ?? '', /module\.h:2:.* #error none/);
    assert.equal(compile(SOURCE), ['file', 'plain', 'hello']);
    rmSync(join(objects, 'scripts/mod/.empty.o.cmd'));
    assert.match((await precompileHeaders(objects)) ?? '', /ENOENT.*\.empty\.o\.cmd/);
  });
});

test('a precompiled form that gcc refuses is made again', async () => {
  await withHeaders(async ({ objects, compile, breakHeaders }) => {
    assert.is(await precompileHeaders(objects), undefined);
    writeFileSync(join(objects, 'lcow-headers/headers.h.gch'), 'of another gcc');
    assert.is(await precompileHeaders(objects), undefined);
    breakHeaders();
    assert.equal(compile(SOURCE), ['file', 'plain', 'hello']);
  });
});

test('the flags of all files are those of one, without its own', () => {
  const saved =
    `savedcmd_a/b.o := /x/gcc -Wp,-MMD,a/.b.o.d -nostdinc -I/s/include -I ./a -include /s/compiler-version.h ` +
    `-include /s/kconfig.h -D__KERNEL__ -Wall -O2 -DKBUILD_BASENAME='"b"' -D__KBUILD_MODNAME=kmod_b -c -o a/b.o /s/b.c ; objtool a/b.o\n`;
  assert.equal(ordinaryFlags(saved), {
    words: ['-nostdinc', '-I/s/include', '-I', './a', '-D__KERNEL__', '-Wall', '-O2'],
    first: ['/s/kconfig.h'],
    seen: ' -nostdinc -include -include -D__KERNEL__ -O2 -c -o',
  });
  assert.throws(() => ordinaryFlags('source_a/b.o := b.c\n'), 'has no command of gcc');
  assert.throws(
    () => ordinaryFlags(`cmd_a := gcc -DX='"y"' -c b.c\n`),
    `cannot take the flag -DX=`,
  );
});

test('an option counts for files where something mentions it', () => {
  const text =
    '#define CONFIG_A 1\n#define CONFIG_B_MODULE 1\n#define CONFIG_C 1\n#define X CONFIG_A + CONFIG_B\n';
  assert.is(relevant(text), text.replace('#define CONFIG_C 1\n', ''));
});

test.run();
