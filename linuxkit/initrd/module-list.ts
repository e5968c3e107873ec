/**
 * The list by which the agent loads modules: /etc/lcow/modules, one line `<group> <absolute path>` a module, in
 * the order in which they load. Each group is complete in itself, so a module that two groups need stands in
 * both; the agent loads a path once. A module that the kernel has built in stands in none.
 */
import type { KernelModule, ModuleIndex } from './kernel-modules.ts';
import { GROUP_MODULES, MODULE_GROUPS, type ModuleGroup } from './module-groups.ts';

export interface GroupedModule {
  group: ModuleGroup;
  module: KernelModule;
}

export interface ModuleSelection {
  /** Lines of the list, in order. */
  lines: GroupedModule[];
  /** Every module once, in the order of its first line. */
  modules: KernelModule[];
  /** Modules that a group names and this kernel does not have in any form. */
  absent: string[];
}

/** Resolves every group against a kernel's modules. */
export async function selectModules(index: ModuleIndex): Promise<ModuleSelection> {
  const lines: GroupedModule[] = [];
  const absent: string[] = [];
  for (const group of MODULE_GROUPS) {
    const names = GROUP_MODULES[group];
    absent.push(...names.filter((name) => !index.has(name)));
    for (const module of await index.closure(names.filter((name) => index.has(name)))) {
      lines.push({ group, module });
    }
  }
  const modules = [...new Map(lines.map(({ module }) => [module.name, module])).values()];
  return { lines, modules, absent: [...new Set(absent)] };
}

/** A module's path in the guest. */
export function guestModulePath(release: string, module: KernelModule): string {
  return `/lib/modules/${release}/${module.name}.ko`;
}

/** The text of /etc/lcow/modules. */
export function moduleListText(release: string, lines: readonly GroupedModule[]): string {
  return lines
    .map(({ group, module }) => `${group} ${guestModulePath(release, module)}\n`)
    .join('');
}
