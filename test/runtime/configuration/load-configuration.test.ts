/** Where settings come from, which one counts, and how each mistake is told. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Configuration, originText } from '../../../runtime/configuration/configuration.ts';
import { loadConfiguration } from '../../../runtime/configuration/load-configuration.ts';
import { settingsOf } from '../../../runtime/configuration/settings.ts';
import { RuntimeError } from '../../../runtime/errors.ts';

/** Files of a host and what they hold; undefined: no such file. */
interface Files {
  readonly host?: string;
  readonly user?: string;
  readonly named?: string;
}

async function load(
  files: Files,
  env: NodeJS.ProcessEnv = {},
): Promise<{ configuration: Configuration; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-configuration-'));
  try {
    mkdirSync(join(folder, 'xdg', 'lcow'), { recursive: true });
    const paths = {
      host: join(folder, 'host.toml'),
      user: join(folder, 'xdg', 'lcow', 'config.toml'),
      named: join(folder, 'named.toml'),
    };
    for (const name of ['host', 'user', 'named'] as const) {
      const text = files[name];
      if (text !== undefined) writeFileSync(paths[name], text);
    }
    const configuration = await loadConfiguration({
      hostFile: paths.host,
      platform: 'linux',
      env: {
        XDG_CONFIG_HOME: join(folder, 'xdg'),
        ...(files.named === undefined ? {} : { LCOW_CONFIG: paths.named }),
        ...env,
      },
    });
    return { configuration, folder };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function refusal(files: Files, env: NodeJS.ProcessEnv = {}): Promise<RuntimeError> {
  try {
    await load(files, env);
  } catch (error) {
    if (error instanceof RuntimeError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('without files and variables every setting is its default', async () => {
  const { configuration } = await load({});
  assert.equal(configuration.files, []);
  for (const { setting, value, origin } of configuration.values) {
    assert.is(value, setting.default, setting.name);
    assert.is(originText(origin), 'default');
  }
  assert.is(configuration.get('data'), '/var/lib/lcow');
  assert.equal(configuration.environment(), {});
  assert.equal(
    configuration.optionDefaults('run', () => false),
    {},
  );
});

test('the host, the user, LCOW_CONFIG and the environment override each other in this order', async () => {
  const files = {
    host: 'data = "/host"\nlink = "vsock"\ncpus = 1\nmemory = "1g"\n',
    user: '# mine\ncpus = 2.5\nmemory = "2g"\n\nnetwork = "none"\n',
    named: 'memory = "3g"\n',
  };
  const { configuration, folder } = await load(files, { LCOW_NETWORK: 'user', LCOW_DATA: '' });
  const shown = Object.fromEntries(
    configuration.values
      .filter(({ origin }) => origin.kind !== 'default')
      .map(({ setting, value, origin }) => [
        setting.name,
        `${value} from ${originText(origin).replace(folder, '')}`,
      ]),
  );
  assert.equal(shown, {
    data: '/host from /host.toml:1',
    link: 'vsock from /host.toml:2',
    cpus: '2.5 from /xdg/lcow/config.toml:2',
    memory: '3g from /named.toml:1',
    network: 'user from environment LCOW_NETWORK',
  });
});

test('settings of files go on as environment variables, unless they are options', async () => {
  const host = 'data = "/host"\ndebug = true\nboot-files = "/boot"\nmemory = "1g"\n';
  const { configuration } = await load({ host }, { LCOW_LINK: 'vsock' });
  assert.equal(configuration.environment(), {
    LCOW_DATA: '/host',
    LCOW_DEBUG: '1',
    LCOW_BOOT_FILES: '/boot',
  });
});

test('settings are the defaults of the options that they name, in those commands, unless given', async () => {
  const host = 'memory = 536870912\nnetwork = "none"\nstop-timeout = 3\ndetach-keys = "ctrl-a"\n';
  const { configuration } = await load({ host });
  const none = (): boolean => false;
  assert.equal(configuration.optionDefaults('run', none), {
    memory: '536870912',
    network: 'none',
    'stop-timeout': '3',
    'detach-keys': 'ctrl-a',
  });
  assert.equal(configuration.optionDefaults('pod create', none), {
    memory: '536870912',
    network: 'none',
  });
  assert.equal(configuration.optionDefaults('ps', none), {});
  const given = configuration.optionDefaults('run', (name) => name === 'memory' || name === 'pod');
  assert.equal(given, { 'stop-timeout': '3', 'detach-keys': 'ctrl-a' });
});

test('a mistake in a file is told with file, line, key, value and what it should be', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      '\nmemmory = "1g"',
      /host\.toml:2: there is no setting "memmory"; lcow config show lists them/,
    ],
    ['stop_timeout = 5', /host\.toml:1: there is no setting "stop_timeout"; there is stop-timeout/],
    ['[vm]\nmemory = "1g"', /host\.toml:1: there is no setting "vm"/],
    ['memory = true', /host\.toml:1: memory: it is true \(a boolean\), not a size like 512m/],
    ['memory = "lots"', /memory: "lots" is not a size like 512m/],
    ['memory = "1m"', /memory: "1m" is not a size .* of 4194304 bytes or more/],
    ['cpus = "2"', /cpus: it is "2" \(a string\), not a number from 0\.01 to 240/],
    ['cpus = 241', /cpus: "241" is not a number from 0\.01 to 240/],
    ['cpus = nan', /cpus: "NaN" is not a number/],
    ['stop-timeout = 1.5', /stop-timeout: "1\.5" is not a whole number from -1/],
    ['stop-timeout = -2', /stop-timeout: "-2" is not a whole number/],
    ['network = "bridge"', /network: "bridge" is not one of user, none/],
    ['network = ["user"]', /network: it is an array, not one of user, none/],
    ['debug = 1', /debug: it is 1 \(a number\), not true or false/],
    ['data = "relative"', /data: "relative" is not an absolute path/],
    ['data = ""', /data: "" is not an absolute path/],
    ['detach-keys = 2026-01-02', /detach-keys: it is a date, not text/],
    ['data = "/a"\ndata = "/b"', /host\.toml:2/],
    ['data = ', /host\.toml:1/],
    ['\n\n= 3', /host\.toml:3/],
  ];
  for (const [host, message] of cases) {
    const error = await refusal({ host });
    assert.is(error.code, 'invalid-argument', host);
    assert.match(error.message, message, host);
  }
});

test('a mistake in the environment is told with the variable and its value', async () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['LCOW_LINK', 'pigeon', /read LCOW_LINK: "pigeon" is not one of serial, vsock/],
    ['LCOW_CPUS', '0', /read LCOW_CPUS: "0" is not a number/],
    ['LCOW_STOP_TIMEOUT', 'x', /read LCOW_STOP_TIMEOUT: "x" is not a whole number/],
    ['LCOW_DEBUG', 'perhaps', /read LCOW_DEBUG: "perhaps" is not true or false/],
    ['LCOW_MEMORY', '-1', /read LCOW_MEMORY: "-1" is not a size/],
    ['LCOW_DATA', 'a'.repeat(5000), /read LCOW_DATA: "a+" is not a path/],
  ];
  for (const [name, value, message] of cases) {
    const error = await refusal({}, { [name]: value });
    assert.is(error.code, 'invalid-argument', name);
    assert.match(error.message, message, name);
  }
});

test('a file that LCOW_CONFIG names must be there, and be a file of some size', async () => {
  assert.is((await refusal({}, { LCOW_CONFIG: '/nowhere/x.toml' })).code, 'not-found');
  assert.match((await refusal({}, { LCOW_CONFIG: tmpdir() })).message, /it is not a file/);
  const large = `# ${'x'.repeat(2 ** 20)}\n`;
  assert.match((await refusal({ host: large })).message, /more than 1 MiB/);
});

test('every setting has a variable of its own, and a default that is valid', async () => {
  const settings = settingsOf(false, '');
  const variables = settings.map(({ environment }) => environment);
  assert.is(new Set(variables).size, settings.length);
  for (const setting of settings) {
    assert.is(setting.environment, `LCOW_${setting.name.toUpperCase().replaceAll(/[-.]/g, '_')}`);
    if (setting.default === undefined) continue;
    await load({}, { [setting.environment]: setting.default });
  }
});

test('the table [shim] has settings of its own, which are handed on to nobody', async () => {
  const host = 'memory = "1g"\n[shim]\nmemory = "2g"\nshares = "/data/,/srv"\n';
  const { configuration, folder } = await load({ host }, { LCOW_SHIM_PROCESSORS: '3' });
  assert.is(configuration.get('memory'), '1g');
  assert.is(configuration.get('shim.memory'), '2g');
  assert.is(configuration.get('shim.shares'), '/data,/srv');
  assert.is(configuration.get('shim.processors'), '3');
  assert.equal(configuration.environment(), {});
  const found = configuration.values.find(({ setting }) => setting.name === 'shim.memory');
  assert.ok(found !== undefined);
  assert.is(originText(found.origin), `${folder}/host.toml:3`);
  const unknown = await refusal({ host: '[shim]\nmemroy = "2g"\n' });
  assert.match(unknown.message, /host\.toml:2: there is no setting "shim\.memroy"/);
  const wrong = await refusal({ host: '[shim]\n\nshares = "data"\n' });
  assert.match(wrong.message, /host\.toml:3: shim\.shares: "data" is not any, none, or absolute/);
  const template = await refusal({ host: 'shim.template = "fast"\n' });
  assert.match(template.message, /"fast" is not one of auto, make, none/);
  const table = await refusal({ host: 'shim = 1\n' });
  assert.match(table.message, /there is no setting "shim"/);
});

test('on Windows the folders are those of Windows', async () => {
  const configuration = await loadConfiguration({ env: {}, platform: 'win32', hostFile: '/none' });
  assert.is(configuration.get('data'), 'C:\\ProgramData\\lcow');
  assert.is(configuration.get('run'), 'C:\\ProgramData\\lcow\\run');
});

test.run();
