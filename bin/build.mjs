// Bundles each launcher's program into one file: one file is read at start instead of hundreds, and of it only the
// segments that a command needs. bin/load-bundle.cjs describes the file and reads it.
//
//   node bin/build.mjs [--analyze] [PROGRAM]...
//
// esbuild splits the program at each `import()`, so that what several parts share is one chunk; each chunk becomes a
// CommonJS function in one of the program's segments.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outDir = join(root, 'dist', 'bundle');

/**
 * The launchers' programs. A segment has what its modules import, without what earlier segments have: the first is
 * read at every start, the others when something in them is first asked for. What no segment names is in two more:
 * `more` has what is of the commands' own code, `rest` the libraries and the parts that stand on them.
 */
const PROGRAMS = {
  lcow: {
    entry: 'runtime/cli/main.ts',
    segments: {
      // Short commands that only look.
      commands: [
        'runtime/cli/commands/exec.ts',
        'runtime/cli/commands/ps.ts',
        'runtime/supervisor/pod-lock.ts',
      ],
      // The way to a supervisor.
      client: [
        'runtime/supervisor/connect.ts',
        'runtime/task/process-spec.ts',
        'runtime/task/oci-runtime-spec.ts',
      ],
      // A container's start.
      start: [
        'runtime/cli/commands/run.ts',
        'runtime/cli/commands/start.ts',
        'runtime/lcow/new-container.ts',
        'runtime/lcow/run-container.ts',
        'runtime/image/image-store.ts',
        'runtime/pool/claim.ts',
        'runtime/supervisor/spawn-supervisor.ts',
        'runtime/supervisor/event-journal.ts',
      ],
      // Where an OTLP endpoint is set, once a start is over.
      telemetry: ['runtime/telemetry/export-spans.ts'],
    },
  },
  'lcow-oci': {
    entry: 'runtime/oci/main.ts',
    warmsUp: true,
    segments: {
      // The way to a supervisor, and what callers ask again and again.
      commands: [
        'runtime/oci/commands/state.ts',
        'runtime/oci/commands/kill.ts',
        'runtime/oci/commands/ps.ts',
        'runtime/supervisor/connect.ts',
        'runtime/supervisor/pod-lock.ts',
      ],
      // A container's and an exec's start, and their end.
      start: [
        'runtime/oci/commands/create.ts',
        'runtime/oci/commands/start.ts',
        'runtime/oci/commands/exec.ts',
        'runtime/oci/commands/delete.ts',
        'runtime/supervisor/spawn-supervisor.ts',
      ],
    },
  },
  'lcow-supervisor': {
    entry: 'runtime/supervisor/main.ts',
    warmsUp: true,
    segments: {
      supervise: [
        'runtime/supervisor/open-pod.ts',
        'runtime/supervisor/serve-pod.ts',
        'runtime/host-service.ts',
        'hcs/qemu/qemu-service.ts',
      ],
      // Loaded while QEMU starts.
      link: ['runtime/guest/agent-channel.ts'],
      telemetry: ['runtime/telemetry/export-spans.ts'],
    },
  },
  'containerd-shim-lcow-v1': {
    entry: 'runtime/shim/main.ts',
    warmsUp: true,
    segments: {
      // Each action of containerd's, as it nearly always goes.
      start: ['runtime/shim/start.ts', 'runtime/shim/holder-process.ts'],
      delete: ['runtime/shim/delete.ts', 'runtime/shim/delete-response.ts'],
      // Where there is a pool.
      pool: ['runtime/pool/holder-claim.ts'],
      // The way to a supervisor that lives.
      task: ['runtime/shim/delete-task.ts'],
    },
  },
};

const { build, transform } = await import('esbuild');
/** What both steps of esbuild are to make. */
const LANGUAGE = {
  platform: 'node',
  target: 'node20.19',
  // import() of Node's own modules from CommonJS would start the ESM loader; require() does not.
  supported: { 'dynamic-import': false },
  // One character of another alphabet makes V8 keep the whole text in two bytes a character.
  charset: 'ascii',
  // Names stay readable in stacks.
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/**
 * protobufjs loads `long` where it is installed, which compiles a module of WebAssembly, and our generated code then
 * switches it off.
 */
const WITHOUT_LONG = {
  name: 'without long',
  setup(build) {
    build.onResolve({ filter: /^long$/ }, ({ path }) => ({ path, namespace: 'without' }));
    build.onLoad({ filter: /.*/, namespace: 'without' }, () => ({
      contents: 'module.exports = null;',
    }));
  },
};

/**
 * OpenTelemetry's packages have ES modules too, of which only what is used is taken: 105 KB in place of 535, 15 ms in place
 * of 48 to load. (Other packages' `module` is not what runs in Node.)
 */
const OPEN_TELEMETRY_MODULES = {
  name: 'modules of OpenTelemetry',
  setup(build) {
    build.onResolve({ filter: /^@opentelemetry\/[^/]+$/ }, async ({ path, ...from }) => {
      if (from.pluginData === 'resolved') return undefined;
      const { importer, kind, resolveDir } = from;
      const found = await build.resolve(path, {
        importer,
        kind,
        resolveDir,
        pluginData: 'resolved',
      });
      const folder = found.path.slice(0, found.path.indexOf(path) + path.length);
      const { module } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return module === undefined ? found : { path: join(folder, module), sideEffects: false };
    });
  },
};

await mkdir(outDir, { recursive: true });
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'));
for (const [name, program] of Object.entries(PROGRAMS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (!existsSync(join(root, program.entry))) {
    console.log(`  ${name}: no ${program.entry} yet`);
    continue;
  }
  const chunks = await split(program.entry);
  const segments = assign(program, chunks);
  const text = await encode(program.entry, chunks, segments);
  await replaceBundle(name, text);
  if (program.warmsUp) warmUp(name);
  console.log(`  ${name}: dist/bundle/${name}.bundle, ${Math.round(text.length / 1024)} KiB`);
  if (process.argv.includes('--analyze')) analyze(chunks, segments);
}

/** @returns the chunks by name, each with its code, what it imports at once, and the module that it is the entry of */
async function split(entry) {
  const result = await build({
    ...LANGUAGE,
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: outDir,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    supported: {},
    // The FFI library is a native add-on: loaded from node_modules. The loader of .proto files is what grpc-js's
    // channelz and ORCA services would require if they were served.
    external: ['koffi', '@grpc/proto-loader'],
    metafile: true,
    define: { 'import.meta.url': 'importMeta.url' },
    plugins: [WITHOUT_LONG, OPEN_TELEMETRY_MODULES],
  });
  const code = new Map(result.outputFiles.map((file) => [basename(file.path), file.text]));
  const chunks = new Map();
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const imports = output.imports.filter(({ kind, external }) => {
      return kind === 'import-statement' && !external;
    });
    chunks.set(basename(path), {
      code: code.get(basename(path)),
      imports: imports.map((each) => basename(each.path)),
      entryPoint: output.entryPoint,
      inputs: output.inputs,
    });
  }
  return chunks;
}

/** @returns segments in order, each a list of chunks' names */
function assign({ entry, segments }, chunks) {
  const byModule = new Map([...chunks].map(([name, { entryPoint }]) => [entryPoint, name]));
  const assigned = new Set();
  const found = [];
  let modules = [entry];
  for (const [segment, further] of Object.entries(segments)) {
    modules = [...modules, ...further];
    const names = [];
    const add = (name) => {
      if (assigned.has(name)) return;
      assigned.add(name);
      for (const each of chunks.get(name).imports) add(each);
      names.push(name);
    };
    for (const module of modules) {
      // One that is imported by others at once is part of their chunks.
      const name = byModule.get(module) ?? chunkWith(module, chunks);
      if (name === undefined) throw new Error(`segment ${segment}: ${module} is not in the bundle`);
      add(name);
    }
    found.push({ name: segment, chunks: names });
    modules = [];
  }
  const others = [...chunks.keys()].filter((name) => !assigned.has(name));
  const isOwn = (name) =>
    Object.keys(chunks.get(name).inputs).every((each) => each.startsWith('runtime/'));
  found.push({ name: 'more', chunks: others.filter(isOwn) });
  found.push({ name: 'rest', chunks: others.filter((name) => !isOwn(name)) });
  return found.filter((segment) => segment.chunks.length > 0);
}

function chunkWith(module, chunks) {
  for (const [name, { inputs }] of chunks) if (Object.hasOwn(inputs, module)) return name;
  return undefined;
}

/** The bundle's text: a line of JSON, then the segments, each an expression; see bin/load-bundle.cjs. */
async function encode(entry, chunks, segments) {
  const texts = [];
  for (const segment of segments) {
    const functions = [];
    for (const name of segment.chunks) {
      const { code } = await transform(chunks.get(name).code, { ...LANGUAGE, format: 'cjs' });
      functions.push(`${JSON.stringify(name)}:function(exports,require,module){${code}}`);
    }
    texts.push(ascii(`(function(importMeta){'use strict';return{\n${functions.join(',\n')}\n}})`));
  }
  const [main] = [...chunks].find(([, { entryPoint }]) => entryPoint === entry);
  const header = {
    main,
    segments: segments.map((segment, index) => ({
      name: segment.name,
      length: texts[index].length,
      chunks: segment.chunks,
    })),
  };
  return `${JSON.stringify(header)}\n${texts.join('')}`;
}

/** What esbuild leaves as it is: characters of regular expressions. */
function ascii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

async function replaceBundle(name, text) {
  const temporary = join(outDir, `${name}.${process.pid}.js`);
  try {
    await writeFile(temporary, text, 'latin1');
    await removeCaches(name);
    await rename(temporary, join(outDir, `${name}.bundle`));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Has V8 keep what it compiled: these programs' starts are part of every container's. */
function warmUp(name) {
  const env = { ...process.env, LCOW_CODE_CACHE: 'write' };
  delete env.NODE_EXTRA_CA_CERTS;
  spawnSync(process.execPath, [join(root, 'bin', name), '--warm-up'], { env, stdio: 'inherit' });
}

/** Code caches are of one build of the bundle. */
async function removeCaches(name) {
  for (const file of await readdir(outDir)) {
    if (file.startsWith(`${name}.bundle-`)) await rm(join(outDir, file), { force: true });
  }
}

/** What is in each segment, the largest first. */
function analyze(chunks, segments) {
  for (const { name, chunks: names } of segments) {
    console.log(`    ${name}: ${names.length} chunks`);
    const sizes = names.flatMap((each) =>
      Object.entries(chunks.get(each).inputs).map(([input, { bytesInOutput }]) => [
        input,
        bytesInOutput,
      ]),
    );
    for (const [input, bytes] of sizes.sort((a, b) => b[1] - a[1]).slice(0, 40)) {
      console.log(`      ${String(bytes).padStart(7)} ${input}`);
    }
  }
}
