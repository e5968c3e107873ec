/** Files that the benchmark's commands read and write: written whole or not at all, and what goes wrong names the file. */
import { messageOf, RuntimeError } from '../../runtime/errors.ts';
import { writeFileAtomically } from '../../runtime/rootfs/temporary-file.ts';

/** @throws RuntimeError not-found for its folder, invalid-argument, permission-denied */
export async function writeWhole(path: string, text: string): Promise<void> {
  await attempt(`write ${path}`, () =>
    writeFileAtomically(path, (file) => file.writeFile(text), { mode: 0o644 }),
  );
}

/** @throws RuntimeError: that of `work`, or not-found, permission-denied, invalid-argument by what the system says */
export async function attempt<T>(op: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const kind =
      code === 'ENOENT'
        ? 'not-found'
        : code === 'EACCES' || code === 'EROFS'
          ? 'permission-denied'
          : 'invalid-argument';
    throw new RuntimeError(kind, op, messageOf(error), { cause: error });
  }
}
