/** Where the checkout is, for tests that read files of it. Tests run from there, or from its dist/. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with our package.json: the working folder or one above it or above the compiled test. */
export function repositoryRoot(): string {
  for (const start of [process.cwd(), dirname(fileURLToPath(import.meta.url))]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const manifest = join(folder, 'package.json');
      if (existsSync(manifest) && /"name": "lcow"/.test(readFileSync(manifest, 'utf8'))) {
        return folder;
      }
      if (folder === dirname(folder)) break;
    }
  }
  throw new Error('the checkout was not found: run tests from it');
}

/** A file of the data that is shared between working copies, or undefined where that is not at hand. */
export function sharedFile(path: string): string | undefined {
  const shared = process.env['LCOW_SHARED'] ?? join(repositoryRoot(), '..', 'shared');
  const file = join(shared, path);
  return existsSync(file) ? file : undefined;
}
