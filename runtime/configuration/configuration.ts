/** What every setting is, and where that was said. Data; load-configuration.ts makes it. */
import type { Setting } from './settings.ts';
import { isShimSetting } from './shim-settings.ts';

export type Origin =
  | { readonly kind: 'default' }
  /** line: from 1; undefined where it was not found. */
  | { readonly kind: 'file'; readonly path: string; readonly line: number | undefined }
  | { readonly kind: 'environment'; readonly variable: string };

export interface SettingValue {
  readonly setting: Setting;
  /** Checked, as text; undefined: not set, and there is no default. */
  readonly value: string | undefined;
  readonly origin: Origin;
}

export class Configuration {
  readonly values: readonly SettingValue[];
  /** Files that were read, in order. */
  readonly files: readonly string[];

  constructor(values: readonly SettingValue[], files: readonly string[]) {
    this.values = values;
    this.files = files;
  }

  /** The setting's value, checked; undefined where there is none. */
  get(name: string): string | undefined {
    return this.values.find(({ setting }) => setting.name === name)?.value;
  }

  /**
   * Settings of files as the environment variables that say the same: for the modules that read these, and for
   * processes that this one starts. Settings that are options, or the shim's, are not among them.
   */
  environment(): Record<string, string> {
    const variables: Record<string, string> = {};
    for (const { setting, value, origin } of this.values) {
      if (isShimSetting(setting.name)) continue;
      if (setting.option === undefined && origin.kind === 'file' && value !== undefined) {
        variables[setting.environment] = setting.kind.type === 'flag' ? flagText(value) : value;
      }
    }
    return variables;
  }

  /**
   * Defaults of a command's options that someone set: option to value.
   * @param given whether an option was given, which then counts
   */
  optionDefaults(command: string, given: (option: string) => boolean): Record<string, string> {
    const defaults: Record<string, string> = {};
    for (const { setting, value, origin } of this.values) {
      const { option } = setting;
      if (option === undefined || value === undefined || origin.kind === 'default') continue;
      if (!option.commands.includes(command) || given(option.name)) continue;
      if (option.notWith !== undefined && given(option.notWith)) continue;
      defaults[option.name] = value;
    }
    return defaults;
  }
}

/** What reads a flag in the environment looks for a 1. */
function flagText(value: string): string {
  return value === 'true' ? '1' : '';
}

/** Where a value comes from, for people: "environment LCOW_DATA", "/etc/lcow/config.toml:3", "default". */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'file':
      return origin.line === undefined ? origin.path : `${origin.path}:${origin.line}`;
    case 'environment':
      return `environment ${origin.variable}`;
    default:
      return origin satisfies never;
  }
}
