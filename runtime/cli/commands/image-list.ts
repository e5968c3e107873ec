/** `lcow image list`. */
import { directories } from '../../directories.ts';
import type { ImageRecord } from '../../image/image-record.ts';
import { openImageStore } from '../../image/image-store.ts';
import type { CommandInput } from '../command.ts';
import { decimalSize, humanAgo } from '../human.ts';
import { type Column, listText, parseListFormat } from '../list-output.ts';
import { labelsText } from '../container-columns.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const format = parseListFormat(options.text('format'));
  const images = await openImageStore(directories().data).list();
  const columns = imageColumns(!options.flag('no-trunc'), Date.now());
  const quiet = options.flag('quiet') && format.kind === 'table';
  process.stdout.write(
    listText(quiet ? { kind: 'fields', names: ['ID'] } : format, columns, images),
  );
  return 0;
}

export function imageColumns(trunc: boolean, nowMs: number): readonly Column<ImageRecord>[] {
  return [
    { name: 'Name', header: 'NAME', value: ({ name }) => name },
    {
      name: 'Repository',
      value: ({ name }) => name.slice(0, tagAt(name)),
    },
    { name: 'Tag', value: ({ name }) => name.slice(tagAt(name) + 1) },
    {
      name: 'ID',
      header: 'IMAGE ID',
      value: ({ id }) => (trunc ? id.slice('sha256:'.length).slice(0, 12) : id),
    },
    { name: 'Digest', value: ({ manifestDigest }) => manifestDigest },
    {
      name: 'CreatedSince',
      header: 'CREATED',
      aliases: ['created'],
      value: ({ config }) => (config.created === undefined ? '' : humanAgo(config.created, nowMs)),
    },
    { name: 'CreatedAt', value: ({ config }) => config.created ?? '' },
    { name: 'ImportedAt', aliases: ['imported'], value: ({ importedAt }) => importedAt },
    {
      name: 'Size',
      header: 'SIZE',
      value: ({ layers }) => decimalSize(layers.reduce((sum, { blob }) => sum + blob.sizeBytes, 0)),
    },
    { name: 'Labels', value: ({ config }) => labelsText(config.config.Labels ?? {}) },
  ];
}

/** Where the tag's colon stands; the name's length where there is none. */
function tagAt(name: string): number {
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? colon : name.length;
}
