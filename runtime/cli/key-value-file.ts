/** Files of NAME=VALUE lines, as `--env-file` and `--label-file` take them: docker's rules. */
import { readFileSync, statSync } from 'node:fs';
import { RuntimeError } from '../errors.ts';

const MOST_BYTES = 1024 * 1024;

/**
 * The lines of a file: blank lines and `#` comments left out, a line's leading blanks dropped, values as they stand
 * (quotes are part of them).
 * @returns "NAME=VALUE", or "NAME" alone
 * @throws RuntimeError not-found, invalid-argument naming option, file and line
 */
export function readKeyValueFile(option: string, path: string): string[] {
  const op = `read ${option}`;
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > MOST_BYTES) {
      const what = `"${path}" has ${size} bytes, at most ${MOST_BYTES} are read`;
      throw new RuntimeError('invalid-argument', op, what);
    }
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof RuntimeError) throw cause;
    throw new RuntimeError('not-found', op, `"${path}" cannot be read`, { cause });
  }
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trimStart(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => {
      const name = line.split('=', 1)[0] ?? '';
      if (name === '' || /[\s\0]/.test(name.trimEnd()) || line.includes('\0')) {
        const what = `line ${number} of "${path}" is not NAME=VALUE`;
        throw new RuntimeError('invalid-argument', op, what);
      }
      return line.includes('=') ? line : name.trimEnd();
    });
}
