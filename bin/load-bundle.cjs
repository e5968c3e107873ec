// Loads a bundled program (bin/build.mjs) with V8's code cache: compiling 1.8 MB of JavaScript takes 30 ms of every
// start, taking it compiled from a file takes 3. The cache is a file beside the bundle, written when asked for
// (LCOW_CODE_CACHE=write, as set-up does) after a run, so that it holds the functions that a run needs.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

/**
 * Evaluates dist/bundle/<name>.bundle.
 * @returns what the bundle exports, and `finish`, to be called when the program is done
 * @throws ENOENT when it is not built
 */
exports.loadBundle = (name) => {
  const file = path.join(__dirname, '..', 'dist', 'bundle', `${name}.bundle`);
  const source = fs.readFileSync(file, 'utf8');
  // V8 itself tells a cache of other code by the code's length alone.
  const { mtimeMs, size } = fs.statSync(file);
  const cacheFile = `${file}-${process.version}-${process.arch}-${size}-${Math.trunc(mtimeMs)}.cache`;
  const cachedData = readIfThere(cacheFile);
  const script = new vm.Script(source, { filename: file, cachedData });
  const program = { exports: {} };
  script.runInThisContext()(program.exports, require, program, file, path.dirname(file));
  const finish = () => {
    if (process.env.LCOW_CODE_CACHE === 'write') writeCache(script, cacheFile);
  };
  return { exports: program.exports, finish };
};

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
