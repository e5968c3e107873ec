/** `image-to-running`: an image that the host has never seen, from its tar to the first byte of a container of it. */
import { rmSync } from 'node:fs';
import type { Bench } from '../bench.ts';
import type { CommandOptions, Timed } from '../command.ts';
import type { Measured, Scenario, Subject } from '../scenario.ts';
import { prepareVariant, VARIANTS, variantMissing } from '../ours.ts';
import { CONTAINERD_PEERS, DOCKER_PEERS } from './run.ts';

const ECHO = ['echo', 'x'];
const ECHO_BYTES = 2;

/** How each takes an image in, runs it, and forgets it. */
interface Importer {
  import(archive: string, name: string, options: Partial<CommandOptions>): Promise<unknown>;
  run(name: string, options: Partial<CommandOptions>): Promise<Timed>;
  forget(name: string): Promise<unknown>;
}

export const IMAGE_TO_RUNNING: Scenario = {
  name: 'image-to-running',
  summary:
    "An image's tar imported and `echo x` run in a container of it: from the spawn of the import to the first byte. Its last layer is a new one each time.",
  unit: 'ms',
  better: 'less',
  subjects: [
    ...VARIANTS.map((variant) =>
      subject(
        variant.name,
        () => variantMissing(variant),
        async (bench) => {
          const env = await prepareVariant(bench, variant);
          return {
            import: (archive, name, options) =>
              bench.runLcow(['image', 'import', '--name', name, archive], options),
            run: (name, options) =>
              bench.runLcow(['run', '--rm', name, ...ECHO], { ...options, env }),
            forget: (name) => bench.runLcow(['image', 'rm', name]),
          };
        },
      ),
    ),
    subject(
      'docker+runc',
      (bench) => bench.missing(...DOCKER_PEERS),
      async (bench) => {
        const docker = await bench.dockerd();
        return {
          import: (archive, _name, options) => docker.load(archive, options),
          run: (name, options) => docker.run('runc', ECHO, { ...options, image: name }),
          forget: (name) => docker.removeImage(name),
        };
      },
    ),
    subject(
      'ctr+runc',
      (bench) => bench.missing(...CONTAINERD_PEERS),
      async (bench) => {
        const containerd = await bench.containerd();
        return {
          import: (archive, name, options) => containerd.import(archive, name, options),
          run: (name, options) => containerd.run('runc', name, ECHO, { ...options, image: name }),
          forget: (name) => containerd.removeImage(name),
        };
      },
    ),
  ],
};

function subject(
  name: string,
  absent: (bench: Bench) => string | undefined,
  open: (bench: Bench) => Promise<Importer>,
): Subject {
  return {
    name,
    absent,
    async open(bench) {
      const importer = await open(bench);
      return async ({ turn, signal }) => {
        const image = `new-${name.replaceAll(/[^a-z]+/g, '-').replace(/-$/, '')}-${turn}`;
        const archive = bench.image.uniqueArchive(image);
        try {
          return await measure(importer, archive, image, signal);
        } finally {
          rmSync(archive, { force: true });
          await importer.forget(image).catch(() => undefined);
        }
      };
    },
  };
}

async function measure(
  importer: Importer,
  archive: string,
  image: string,
  signal: AbortSignal,
): Promise<Measured> {
  const beganMs = performance.now();
  await importer.import(archive, image, { signal });
  const importedMs = performance.now() - beganMs;
  const { firstByteMs } = await importer.run(image, { signal, expectBytes: ECHO_BYTES });
  const value = firstByteMs - beganMs;
  return {
    value,
    phases: [
      { name: 'import', startMs: 0, ms: importedMs, where: 'host' },
      {
        name: 'run, to the first byte',
        startMs: importedMs,
        ms: value - importedMs,
        where: 'host',
      },
    ],
  };
}
