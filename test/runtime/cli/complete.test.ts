/** Completion: what is offered where, and that the shells' scripts offer it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../../runtime/cli/command-table.ts';
import { complete } from '../../../runtime/cli/complete.ts';
import { completionScript, SHELLS } from '../../../runtime/cli/completion-scripts.ts';
import { optionsOf } from '../../../runtime/cli/command-line.ts';
import { skip } from '../../harness/skip.ts';
import { CommandHost } from './captured-command.ts';
import { makeUp } from './made-up-store.ts';

const NAMES = {
  container: ['web', 'old'],
  'running-container': ['web'],
  'stopped-container': ['old'],
  image: ['busybox:latest'],
  pod: ['front'],
};

/** Candidates, and the directive with a colon. */
async function offered(...words: string[]): Promise<string[]> {
  const { candidates, directive } = await complete(COMMANDS, words, (kind) =>
    Promise.resolve(((NAMES as Record<string, string[]>)[kind] ?? []).map((text) => ({ text }))),
  );
  return [...candidates.map(({ text }) => text), `:${directive}`];
}

test('every command, and every option of it, is offered', async () => {
  const first = await offered('');
  for (const command of COMMANDS.filter(({ hidden }) => !hidden)) {
    const [word = '', second] = command.name.split(' ');
    assert.ok(first.includes(word), command.name);
    if (second !== undefined) assert.ok((await offered(word, '')).includes(second), command.name);
    const options = await offered(...command.name.split(' '), '--');
    assert.equal(
      options,
      [...optionsOf(command).map(({ name }) => `--${name}`), ':words'],
      command.name,
    );
  }
  assert.not.ok(first.includes('__complete'));
});

test('operands are offered by their kind, until there are enough of them', async () => {
  assert.equal(await offered('exec', ''), ['web', ':words']);
  assert.equal(await offered('exec', 'web', ''), [':words']);
  assert.equal(await offered('start', 'o'), ['old', ':words']);
  assert.equal(await offered('rm', '-f', ''), ['web', 'old', ':words']);
  assert.equal(await offered('rm', 'web', ''), ['web', 'old', ':words']);
  assert.equal(await offered('attach', 'web', ''), [':words']);
  assert.equal(await offered('run', 'b'), ['busybox:latest', ':words']);
  assert.equal(await offered('run', './b'), [':file']);
  assert.equal(await offered('image', 'rm', ''), ['busybox:latest', ':words']);
  assert.equal(await offered('pod', 'rm', ''), ['front', ':words']);
  assert.equal(await offered('cp', ''), ['web:', ':nospace']);
  assert.equal(await offered('cp', './x'), [':file']);
  assert.equal(await offered('cp', 'web:/etc'), [':file']);
  assert.equal(await offered('docs', 'man', ''), [':folder']);
  assert.equal(await offered('completion', 'z'), ['zsh', ':words']);
});

test("an option's value is offered by its kind", async () => {
  assert.equal(await offered('run', '--pod', ''), ['front', ':words']);
  assert.equal(await offered('run', '--network', 'n'), ['none', ':words']);
  assert.equal(await offered('run', '--network='), ['--network=user', '--network=none', ':words']);
  assert.equal(await offered('run', '-it', '--env-file', ''), [':file']);
  assert.equal(await offered('run', '-v', ''), [':folder']);
  assert.equal(await offered('run', '-v/a:/b', 'b'), ['busybox:latest', ':words']);
  assert.equal(await offered('run', '-itv', '/a:/b', 'b'), ['busybox:latest', ':words']);
  assert.equal(await offered('ps', '--filter', 'st'), ['status=', ':nospace']);
  assert.equal(await offered('kill', '-s', 'K'), ['KILL', ':words']);
  assert.equal(await offered('run', '--memory', ''), [':words']);
});

test('after the image, or after --, options are no longer offered', async () => {
  assert.equal(await offered('run', 'busybox', '--'), [':words']);
  assert.equal(await offered('rm', '--', '--f'), [':words']);
});

test('nothing is offered where nothing is known', async () => {
  assert.equal(await offered('nope', ''), [':words']);
  assert.equal(await offered('nope', 'x', ''), [':words']);
  assert.equal(await offered('run', '--nope='), [':words']);
  assert.equal(await offered('version', ''), [':words']);
});

test('lcow __complete answers from the records, and never with an error', async () => {
  using host = new CommandHost();
  await makeUp(host.data, [
    { name: 'web', state: { status: 'exited', exitCode: 1 } },
    { name: 'base' },
  ]);
  const found = await host.lcow(['__complete', 'rm', 'w']);
  assert.equal([found.code, found.stdout], [0, 'web\texited, busybox:latest\n:words\n']);
  const broken = await host.lcow(['__complete', 'rm', ''], { LCOW_CONFIG: '/nowhere' });
  assert.equal([broken.code, broken.stderr], [0, '']);
  const odd = await host.lcow(['__complete', '--help']);
  assert.equal([odd.code, odd.stdout], [0, '--help\tshow help\n:words\n']);
  assert.is((await host.lcow(['__complete'])).code, 0);
});

for (const [shell, check] of [
  ['bash', ['bash', '-n']],
  ['zsh', ['zsh', '-n']],
  ['fish', ['fish', '--no-execute']],
] as const) {
  test(`the script for ${shell} is one that ${shell} reads`, () => {
    const [program, ...options] = check;
    if (spawnSync(program, ['-c', 'true']).error !== undefined) {
      skip(`${shell} is not installed`);
      return;
    }
    withFile(completionScript(shell), (file) => {
      execFileSync(program, [...options, file], { stdio: ['ignore', 'ignore', 'pipe'] });
    });
  });
}

test('lcow completion prints the script of each shell, and refuses others', async () => {
  using host = new CommandHost();
  for (const shell of SHELLS) {
    const { code, stdout } = await host.lcow(['completion', shell]);
    assert.equal([code, stdout], [0, completionScript(shell)]);
  }
  assert.match((await host.lcow(['completion', 'tcsh'])).stderr, /"tcsh" is not one of bash/);
});

/** `lcow` for a shell: the words that it was asked about go to a file, the answer comes from another. */
function askBash(
  words: readonly string[],
  answer: string,
): { asked: string[]; reply: string[]; line: string } {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-bash-'));
  try {
    const program = join(folder, 'lcow');
    writeFileSync(join(folder, 'answer'), answer);
    writeFileSync(
      program,
      `#!/bin/sh\nfor word; do printf '%s\\n' "$word"; done > ${folder}/asked\ncat ${folder}/answer\n`,
    );
    chmodSync(program, 0o755);
    writeFileSync(join(folder, 'script'), completionScript('bash'));
    const list = words.map((word) => `'${word}'`).join(' ');
    const output = execFileSync(
      'bash',
      [
        '--norc',
        '-c',
        `. ${folder}/script; COMP_WORDS=('${program}' ${list}); COMP_CWORD=${words.length}; _lcow; printf '%s\\n' "\${COMPREPLY[@]}"; cat ${folder}/asked >&2; complete -p lcow`,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const asked = execFileSync('cat', [join(folder, 'asked')], { encoding: 'utf8' });
    const lines = output.trimEnd().split('\n');
    return { asked: lines0(asked), reply: lines.slice(0, -1), line: lines.at(-1) ?? '' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lines0(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

test('bash completes with what lcow __complete says', () => {
  const { asked, reply, line } = askBash(['exec', 'w'], 'web\trunning\nworker\tpaused\n:words\n');
  assert.equal(asked, ['__complete', 'exec', 'w']);
  assert.equal(reply, ['web', 'worker']);
  assert.is(line, 'complete -F _lcow lcow');
  assert.equal(askBash(['exec', ''], ':words\n').asked, ['__complete', 'exec', '']);
});

test('bash splits words at = and :, and they are joined again', () => {
  const option = askBash(['run', '--network', '=', 'n'], '--network=none\n:words\n');
  assert.equal(option.asked, ['__complete', 'run', '--network=n']);
  assert.equal(option.reply, ['none']);
  const empty = askBash(['run', '--network', '='], '--network=user\n--network=none\n:words\n');
  assert.equal(empty.asked, ['__complete', 'run', '--network=']);
  assert.equal(empty.reply, ['user', 'none']);
  const image = askBash(['run', 'busybox', ':', 'l'], 'busybox:latest\n:words\n');
  assert.equal(image.asked, ['__complete', 'run', 'busybox:l']);
  assert.equal(image.reply, ['latest']);
});

test('bash completes files where lcow says so', () => {
  const { reply } = askBash(['docs', 'man', '/usr/bi'], ':folder\n');
  assert.equal(reply, ['/usr/bin']);
});

test.run();

function withFile(text: string, use: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-script-'));
  try {
    writeFileSync(join(folder, 'script'), text);
    use(join(folder, 'script'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
