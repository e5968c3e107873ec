/** Whatever a tree holds, tar and cpio say it: what is written is read back the same, by readers of others. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpioOf } from '../../../linuxkit/yaml/cpio-output.ts';
import {
  type DirectoryNode,
  entriesOf,
  lookup,
  newDirectory,
  put,
  remove,
  TreeError,
  type TreeNode,
} from '../../../linuxkit/yaml/root-tree.ts';
import { tarOf } from '../../../linuxkit/yaml/tar-output.ts';
import { type TarEntry, TarReader } from '../../../runtime/rootfs/tar-reader.ts';
import { readCpio } from './image-bench.ts';

const name = fc
  .uint8Array({ minLength: 1, maxLength: 130 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replace(/[/\0]/g, '_'))
  .filter((text) => text !== '.' && text !== '..' && text !== 'TRAILER!!!');
const attributes = fc.record({
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.integer({ min: 0, max: 0xffff_ffff }),
  gid: fc.integer({ min: 0, max: 0xffff_ffff }),
  mtime: fc.record({
    seconds: fc.integer({ min: 0, max: 2 ** 33 }),
    nanoseconds: fc.constant(0),
  }),
  xattrs: fc
    .dictionary(fc.constantFrom('user.a', 'security.capability'), fc.uint8Array())
    .map(
      (values) => new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)])),
    ),
});
const leaf: fc.Arbitrary<TreeNode> = fc.oneof(
  fc.record({
    kind: fc.constant('file' as const),
    attributes,
    content: fc.uint8Array({ maxLength: 2000 }),
  }),
  fc.record({ kind: fc.constant('symlink' as const), attributes, target: name }),
  fc.record({
    kind: fc.constantFrom('char' as const, 'block' as const),
    attributes,
    major: fc.integer({ min: 0, max: 4095 }),
    minor: fc.integer({ min: 0, max: 1_048_575 }),
  }),
  fc.record({ kind: fc.constant('fifo' as const), attributes }),
);
const { tree } = fc.letrec<{ tree: TreeNode; node: TreeNode }>((tie) => ({
  tree: fc
    .tuple(attributes, fc.array(fc.tuple(name, tie('node')), { maxLength: 5 }))
    .map(([of, children]): TreeNode => ({ ...newDirectory(of), children: new Map(children) })),
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('tree')),
}));

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}

function readTar(archive: Buffer): (TarEntry & { data: Buffer })[] {
  const entries: (TarEntry & { data: Buffer })[] = [];
  const reader = new TarReader({
    entry: (entry) => void entries.push({ ...entry, data: Buffer.alloc(0) }),
    data: (chunk) => {
      const last = entries[entries.length - 1] as TarEntry & { data: Buffer };
      last.data = Buffer.concat([last.data, chunk]);
    },
    end: () => {},
  });
  reader.push(archive);
  reader.finish();
  return entries;
}

test('a tar has every entry of any tree, with all that is known of it', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (root) => {
      const wanted = [...entriesOf(root as DirectoryNode)];
      const found = readTar(await bytesOf(tarOf(root as DirectoryNode)));
      assert.is(found.length, wanted.length);
      wanted.forEach(({ path, node }, index) => {
        const entry = found[index] as TarEntry & { data: Buffer };
        assert.is(entry.name, node.kind === 'directory' ? `${path}/` : path);
        assert.is(entry.type, node.kind);
        const { mode, uid, gid, mtime, xattrs } = node.attributes;
        assert.equal([entry.mode, entry.uid, entry.gid], [mode, uid, gid]);
        assert.is(entry.mtime.seconds, mtime.seconds);
        assert.equal(Object.fromEntries(entry.xattrs), Object.fromEntries(xattrs ?? []));
        if (node.kind === 'file') assert.ok(entry.data.equals(node.content as Uint8Array));
        if (node.kind === 'symlink') assert.is(entry.linkName, node.target);
        if (node.kind === 'char' || node.kind === 'block') {
          assert.equal([entry.devMajor, entry.devMinor], [node.major, node.minor]);
        }
      });
    }),
    { numRuns: 60 },
  );
});

test('a cpio has every entry of any tree, with what the format has a place for', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (root) => {
      const wanted = [...entriesOf(root as DirectoryNode)];
      const found = readCpio(await bytesOf(cpioOf(root as DirectoryNode)));
      assert.equal(
        [...found.keys()],
        wanted.map(({ path }) => path),
      );
      for (const { path, node } of wanted) {
        const entry = found.get(path);
        assert.is((entry?.mode ?? 0) & 0o7777, node.attributes.mode);
        assert.equal([entry?.uid, entry?.gid], [node.attributes.uid, node.attributes.gid]);
        if (node.kind === 'file') assert.ok(entry?.data.equals(node.content as Uint8Array));
        if (node.kind === 'symlink') assert.is(entry?.data.toString('latin1'), node.target);
      }
    }),
    { numRuns: 60 },
  );
});

test('paths are followed within the root, and no further', () => {
  const root = newDirectory();
  const file = (text: string): TreeNode => ({
    kind: 'file',
    attributes: root.attributes,
    content: Buffer.from(text),
  });
  const link = (target: string): TreeNode => ({
    kind: 'symlink',
    attributes: root.attributes,
    target,
  });
  put(root, 'a/up', link('../../../../b'));
  put(root, 'a/up/x', file('x'));
  assert.is(lookup(root, 'b/x')?.kind, 'file', 'above the root is the root');
  put(root, 'loop', link('/loop'));
  assert.throws(
    () => put(root, 'loop/x', file('')),
    (error: unknown) => error instanceof TreeError,
  );
  assert.is(lookup(root, 'loop/x'), undefined);
  put(root, 'a/up', file('now a file'));
  assert.is(lookup(root, 'a/up')?.kind, 'file', 'a last link is replaced, not followed');
  assert.is(lookup(root, 'b/x')?.kind, 'file');
  put(root, 'b', file(''));
  assert.is(lookup(root, 'b/x'), undefined, 'a folder goes with what is in it');
  remove(root, 'no/such/file');
});

test.run();
