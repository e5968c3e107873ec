/**
 * Reads LinuxKit configurations and makes one of several: lists append, fields of the kernel override, as LinuxKit
 * does. Checks what spans sections: names that must be unique, volumes and containers that are named.
 */
import type { Sourced } from './decode.ts';
import type { ContainerSettings, LinuxKitConfig } from './linuxkit-config.ts';
import { decodeConfig, decodeLabel } from './linuxkit-schema.ts';
import { Mistakes, type Place, placeIn, readLocated } from './located.ts';

/** A YAML's text, and the name that errors call it by. */
export interface ConfigText {
  readonly name: string;
  readonly text: string;
}

/** A configuration that is whole: every section is there. */
export type WholeConfig = Required<Omit<LinuxKitConfig, 'kernel' | 'trust'>> &
  Pick<LinuxKitConfig, 'kernel'> & {
    /** Of each of `init`. */
    initPlaces: Place[];
  };

/** The first uid and gid that a container's name stands for; each container has the next. */
const FIRST_CONTAINER_ID = 100;
/** Words that are no container's name. */
const ROOT_NAMES: ReadonlySet<string> = new Set(['', 'root']);

/**
 * @param texts in the order of merging
 * @throws RuntimeError invalid-argument with every mistake: file, line, column and field
 */
export function readConfig(texts: readonly ConfigText[], op: string): WholeConfig {
  const mistakes = new Mistakes();
  const whole: WholeConfig = {
    ...{
      init: [],
      onboot: [],
      onshutdown: [],
      services: [],
      files: [],
      volumes: [],
      initPlaces: [],
    },
  };
  for (const { name, text } of texts) {
    const config = decodeConfig(readLocated(text, name, op), mistakes);
    if (config !== undefined) append(whole, config);
  }
  mistakes.throwIfAny(op);
  checkNames(whole, mistakes);
  mistakes.throwIfAny(op);
  return whole;
}

/** What a label `org.mobyproject.config` says; JSON is YAML. @throws RuntimeError invalid-argument */
export function readLabel(text: string, image: string, op: string): ContainerSettings {
  const mistakes = new Mistakes();
  const name = `label org.mobyproject.config of ${image}`;
  const label = decodeLabel(readLocated(text, name, op), mistakes);
  mistakes.throwIfAny(op);
  return label ?? {};
}

/** The number that each container's name stands for, as uid and as gid. */
export function containerIds(config: WholeConfig): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  let next = FIRST_CONTAINER_ID;
  for (const { name } of [...config.onboot, ...config.onshutdown, ...config.services]) {
    ids.set(name, next++);
  }
  return ids;
}

/** A uid or gid as a number; undefined when it names no container. */
export function idOf(
  id: string | number | undefined,
  ids: ReadonlyMap<string, number>,
): number | undefined {
  if (typeof id === 'number') return id;
  return id === undefined || ROOT_NAMES.has(id) ? 0 : ids.get(id);
}

function append(whole: WholeConfig, config: LinuxKitConfig & Sourced): void {
  if (config.kernel !== undefined) {
    const kernel = { ...whole.kernel };
    for (const name of ['image', 'cmdline', 'binary'] as const) {
      if (config.kernel[name] !== undefined && config.kernel[name] !== '') {
        kernel[name] = config.kernel[name];
      }
    }
    // Of these '' says something: none.
    if (config.kernel.tar !== undefined) kernel.tar = config.kernel.tar;
    if (config.kernel.ucode !== undefined) kernel.ucode = config.kernel.ucode;
    const located = { value: config.kernel.located };
    whole.kernel = Object.defineProperty(kernel, 'located', located) as NonNullable<
      WholeConfig['kernel']
    >;
  }
  config.init?.forEach((image, index) => {
    whole.init.push(image);
    whole.initPlaces.push(placeIn(config.located, 'init', index));
  });
  whole.onboot.push(...(config.onboot ?? []));
  whole.onshutdown.push(...(config.onshutdown ?? []));
  whole.services.push(...(config.services ?? []));
  whole.files.push(...(config.files ?? []));
  whole.volumes.push(...(config.volumes ?? []));
}

function checkNames(config: WholeConfig, mistakes: Mistakes): void {
  const { kernel, onboot, onshutdown, services, files, volumes } = config;
  if (kernel !== undefined && kernel.image === undefined) {
    mistakes.add(kernel.located.place, 'image is missing');
  }
  for (const [what, sections] of [
    ['service', services],
    ['volume', volumes],
  ] as const) {
    const seen = new Set<string>();
    for (const { name, located } of sections) {
      if (seen.has(name)) {
        mistakes.add(placeIn(located, 'name'), `there are two ${what}s ${JSON.stringify(name)}`);
      }
      seen.add(name);
    }
  }
  const ids = containerIds(config);
  const checkId = (
    entry: Sourced,
    id: string | number | undefined,
    ...path: (string | number)[]
  ): void => {
    if (idOf(id, ids) !== undefined) return;
    const what = `there is no container ${JSON.stringify(id)} whose number it could be`;
    mistakes.add(placeIn(entry.located, ...path), what);
  };
  for (const file of files) {
    checkId(file, file.uid, 'uid');
    checkId(file, file.gid, 'gid');
  }
  const byName = new Map(volumes.map((volume) => [volume.name, volume]));
  for (const container of [...onboot, ...onshutdown, ...services]) {
    checkId(container, container.uid, 'uid');
    checkId(container, container.gid, 'gid');
    container.additionalGids?.forEach((id, index) =>
      checkId(container, id, 'additionalGids', index),
    );
    const needsVolume = (name: string, isReadonly: boolean, ...path: (string | number)[]): void => {
      if (name.startsWith('/')) return;
      const volume = byName.get(name);
      const place = placeIn(container.located, ...path);
      if (volume === undefined) mistakes.add(place, `there is no volume ${JSON.stringify(name)}`);
      else if (volume.readonly === true && !isReadonly) {
        mistakes.add(place, `volume ${JSON.stringify(name)} is read-only: ask for it with ro`);
      }
    };
    for (const list of ['binds', 'binds.add'] as const) {
      container[list]?.forEach((bind, index) => {
        const [name = '', , options = ''] = bind.split(':');
        needsVolume(name, options.split(',').includes('ro'), list, index);
      });
    }
    container.mounts?.forEach(({ type, source = '', options = [] }, index) => {
      if (type === 'bind') needsVolume(source, options.includes('ro'), 'mounts', index);
    });
  }
}
