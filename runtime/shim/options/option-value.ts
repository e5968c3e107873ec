/** One VM option as somebody gave it, checked: its value and who said so. */
import {
  SettingError,
  settingFromText,
  settingFromToml,
} from '../../configuration/setting-value.ts';
import type { Setting } from '../../configuration/settings.ts';
import { SHIM_SETTINGS, SHIM_TABLE } from '../../configuration/shim-settings.ts';
import { RuntimeError } from '../../errors.ts';

export interface OptionValue {
  /** As in the table `[shim]`. */
  readonly name: string;
  /** Checked, in its one spelling. */
  readonly value: string;
  /** For messages: `annotation io.lcow.memory`, `/etc/lcow/pods.toml: memory`. */
  readonly from: string;
}

/** @throws RuntimeError invalid-argument naming the source, the key, the value */
export function optionFromText(from: string, name: string, text: string): OptionValue {
  return checked(from, name, (setting) => settingFromText(setting.kind, text));
}

/** As optionFromText, of a value as TOML has it. */
export function optionFromToml(from: string, name: string, value: unknown): OptionValue {
  return checked(from, name, (setting) => settingFromToml(setting.kind, value));
}

function checked(from: string, name: string, read: (setting: Setting) => string): OptionValue {
  const setting = SHIM_SETTINGS.find((known) => known.name === `${SHIM_TABLE}.${name}`);
  if (setting === undefined) {
    const known = SHIM_SETTINGS.map((each) => each.name.slice(SHIM_TABLE.length + 1)).join(', ');
    throw refuseOption(from, `there is no option ${JSON.stringify(name)}; there are ${known}`);
  }
  try {
    return { name, value: read(setting), from };
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    throw refuseOption(from, error.message);
  }
}

export function refuseOption(from: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', 'read the options of the pod', `${from}: ${what}`);
}
