// Loads a bundled program (bin/build.mjs) with V8's code cache: reading, compiling and evaluating 1.8 MB of JavaScript
// takes 50 ms of every start; what a short command needs of it, compiled, takes 5.
//
// The bundle is ASCII: one line of JSON, {main, segments: [{name, length, chunks: [name, ...]}, ...]}, then the
// segments' texts, end to end. Each is an expression for a function of `importMeta` that gives the segment's
// chunks by name: functions of (exports, require, module) as CommonJS has them, which require each other as
// "./<name>". The first segment is read at once, the others when a chunk of theirs is required.
//
// A segment's code cache is a file beside the bundle, written when asked for (LCOW_CODE_CACHE=write, as set-up does)
// after a run, so that it holds the functions that a run needs, and those that were in it before.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

/** The line of JSON fits; more is read where it does not. */
const HEADER_BYTES = 16384;

/** Modules of Node that take a millisecond or more to load, and that a program imports for what it may do later. */
const LOADED_LATE = new Set(
  ['child_process', 'crypto', 'fs/promises', 'http2', 'net', 'os', 'stream/promises', 'timers/promises', 'tls', 'v8', 'worker_threads', 'zlib'].map(
    (name) => `node:${name}`,
  ),
);

/**
 * Evaluates the main chunk of dist/bundle/<name>.bundle.
 * @returns what it exports, and `finish`, to be called when the program is done
 * @throws ENOENT when it is not built
 */
exports.loadBundle = (name) => {
  const file = path.join(__dirname, '..', 'dist', 'bundle', `${name}.bundle`);
  // Open as long as the program runs: a new build replaces the file, and this program goes on with its own.
  const fd = fs.openSync(file, 'r');
  const { mtimeMs, size } = fs.fstatSync(fd);
  const { main, segments } = readHeader(fd, size);
  // V8 itself tells a cache of other code by the code's length alone.
  const stamp = `${process.version}-${process.arch}-${size}-${Math.trunc(mtimeMs)}`;
  const importMeta = {
    get url() {
      return require('node:url').pathToFileURL(file).href;
    },
  };
  const segmentOf = new Map();
  for (const segment of segments) for (const chunk of segment.chunks) segmentOf.set(chunk, segment);
  const modules = new Map();

  const requireChunk = (request) => {
    const chunk = request.startsWith('./') ? request.slice(2) : undefined;
    const segment = segmentOf.get(chunk);
    if (segment === undefined) return LOADED_LATE.has(request) ? loadedLate(request) : require(request);
    let module = modules.get(chunk);
    if (module !== undefined) return module.exports;
    module = { exports: {} };
    modules.set(chunk, module);
    segment.functions ??= load(segment);
    segment.functions[chunk](module.exports, requireChunk, module);
    return module.exports;
  };
  const load = (segment) => {
    const source = read(fd, segment.offset, segment.length);
    segment.cacheFile = `${file}-${stamp}-${segment.name}.cache`;
    const cachedData = readIfThere(segment.cacheFile);
    segment.script = new vm.Script(source, { filename: `${file}/${segment.name}`, cachedData });
    return segment.script.runInThisContext()(importMeta);
  };
  const finish = () => {
    if (process.env.LCOW_CODE_CACHE !== 'write') return;
    for (const { script, cacheFile } of segments) if (script !== undefined) writeCache(script, cacheFile);
  };
  return { exports: requireChunk(`./${main}`), finish };
};

/** A module of Node, which is loaded when something of it is first used. */
function loadedLate(name) {
  return new Proxy(Object.create(null), {
    get: (_, key) => require(name)[key],
    has: (_, key) => key in require(name),
    ownKeys: () => Reflect.ownKeys(require(name)),
    getOwnPropertyDescriptor: (_, key) => {
      const found = Reflect.getOwnPropertyDescriptor(require(name), key);
      return found && { ...found, configurable: true };
    },
  });
}

/** With each segment's offset in the file. */
function readHeader(fd, size) {
  for (let length = Math.min(HEADER_BYTES, size); ; length = Math.min(length * 2, size)) {
    const text = read(fd, 0, length);
    const end = text.indexOf('\n');
    if (end < 0 && length < size) continue;
    const header = JSON.parse(text.slice(0, end));
    let offset = end + 1;
    for (const segment of header.segments) {
      segment.offset = offset;
      offset += segment.length;
    }
    return header;
  }
}

function read(fd, offset, length) {
  const bytes = Buffer.allocUnsafeSlow(length);
  const got = fs.readSync(fd, bytes, 0, length, offset);
  if (got < length) throw new Error(`the bundle ends after ${offset + got} bytes: build it again`);
  return bytes.latin1Slice(0, length);
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

/** A folder that cannot be written only means that starts stay slower. */
function writeCache(script, file) {
  const temporary = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(temporary, script.createCachedData());
    fs.renameSync(temporary, file);
  } catch {
    fs.rmSync(temporary, { force: true });
  }
}
