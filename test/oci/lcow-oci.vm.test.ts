/** The life of containers under lcow-oci, called as the runc shim, conmon and people call a runtime. */
import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hierarchies } from '../../runtime/oci/host-cgroup.ts';
import { livePid, processName } from '../../runtime/oci/host-process.ts';
import { drivePty } from '../harness/pty.ts';
import { skip } from '../harness/skip.ts';
import { OciHost, until } from './oci-host.ts';

const test = suite<{ oci: OciHost }>('lcow-oci');

test.before.each((context) => {
  context.oci = new OciHost();
});
test.after.each(({ oci }) => oci[Symbol.asyncDispose]());

const TRAPPING = 'echo up; trap "echo term; exit 9" TERM; while :; do sleep 1; done';

/** A hook that keeps the state it was given. */
function hook(folder: string, name: string) {
  return { path: '/bin/sh', args: ['sh', '-c', `cat > ${join(folder, name)}`] };
}

function stateIn(folder: string, name: string): { pid: number; status: string } {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as { pid: number; status: string };
}

test('a container goes through its life as callers of runc expect', async ({ oci }) => {
  const { folder } = oci;
  const bundle = oci.bundle('life', ['sh', '-c', TRAPPING], (spec) => {
    spec['annotations'] = { 'org.example.word': 'told' };
    spec['hooks'] = {
      prestart: [hook(folder, 'prestart')],
      poststart: [hook(folder, 'poststart')],
      poststop: [hook(folder, 'poststop')],
    };
  });
  const pidFile = join(folder, 'pid');
  const create = ['create', '--bundle', bundle, '--pid-file', pidFile, '--no-pivot', 'c'];
  await oci.ok(create, { detachedAs: 'c' });
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const name = processName(pid);
  const created = await oci.state('c');
  assert.is(created['status'], 'created');
  assert.is(created['pid'], pid);
  assert.is(created['bundle'], bundle);
  assert.is(created['rootfs'], join(bundle, 'rootfs'));
  assert.equal(created['annotations'], { 'org.example.word': 'told' });
  assert.is(stateIn(folder, 'prestart').pid, pid, 'a hook of the host has the host process');
  assert.is.not(
    readlinkSync(`/proc/${pid}/ns/net`),
    readlinkSync('/proc/self/ns/net'),
    'its network namespace is its own',
  );
  assert.is((await oci.call(create)).code, 1);
  assert.match(oci.lastError(), /container with given ID already exists/);
  assert.is((await oci.call(['exec', 'none', 'true'])).code, 255);
  assert.match(oci.lastError(), /container does not exist/);

  await oci.ok(['start', 'c']);
  await until('it has said that it is up', () => oci.said('c').includes('up'));
  assert.is(stateIn(folder, 'poststart').pid, pid);
  assert.is((await oci.state('c'))['status'], 'running');
  assert.is((await oci.call(['start', 'c'])).code, 1);
  assert.match(oci.lastError(), /already running/);
  assert.is((await oci.call(['delete', 'c'])).code, 1);
  assert.match(oci.lastError(), /cannot delete container c that is not stopped: running/);
  for (const { mount } of hierarchies()) {
    const members = readFileSync(join(mount, oci.cgroup, 'life', 'cgroup.procs'), 'utf8');
    assert.is(members.trim().split('\n').length, 3, 'supervisor, VMM and host process');
    assert.ok(members.split('\n').includes(String(pid)));
  }

  const list = JSON.parse(await oci.ok(['list', '-f', 'json'])) as { id: string; owner: string }[];
  assert.equal(
    list.map(({ id }) => id),
    ['c'],
  );
  assert.match(await oci.ok(['list']), new RegExp(`^c +${pid} +running +${bundle} `, 'm'));
  assert.is(await oci.ok(['list', '-q']), 'c\n');

  // Execs: that of a person, whose stdio are sockets here, and that of the shim.
  const script = 'cat; echo err >&2; exit 3';
  const exec = await oci.call(['exec', 'c', 'sh', '-c', script], { input: 'typed' });
  assert.equal(exec, { code: 3, stdout: 'typed', stderr: 'err\n' });
  const processFile = join(folder, 'process.json');
  const spec = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')) as {
    process: object;
  };
  const args = ['sh', '-c', 'echo detached; sleep 1000'];
  writeFileSync(processFile, JSON.stringify({ ...spec.process, args }));
  const execPid = join(folder, 'exec.pid');
  const words = ['exec', '-d', '--process', processFile, '--pid-file', execPid, 'c'];
  await oci.ok(words, { detachedAs: 'x' });
  await until('the exec has said something', () => oci.said('x').includes('detached'));
  const second = Number(readFileSync(execPid, 'utf8'));
  assert.equal(JSON.parse(await oci.ok(['ps', '--format', 'json', 'c'])), [pid, second]);
  assert.match(await oci.ok(['ps', 'c']), /sleep 1000/);
  // As the shim's exec kill: its signal is for the host process.
  process.kill(second, 'SIGTERM');
  await until('the exec is gone', async () => !(await oci.ok(['ps', 'c'])).includes('sleep 1000'));
  // Who cannot be asked is killed with what stands for it.
  writeFileSync(processFile, JSON.stringify({ ...spec.process, args: ['sleep', '2000'] }));
  await oci.ok(words, { detachedAs: 'y' });
  process.kill(Number(readFileSync(execPid, 'utf8')), 'SIGKILL');
  await until('the exec is gone', async () => !(await oci.ok(['ps', 'c'])).includes('sleep 2000'));
  assert.is((await oci.call(['exec', 'c', 'nosuch'])).code, 255);
  assert.match(oci.lastError(), /executable file not found/);
  assert.is((await oci.call(['exec', '--apparmor', 'x', 'c', 'true'])).code, 1);
  assert.match(oci.lastError(), /--apparmor x: the VM has no AppArmor/);

  await oci.ok(['pause', 'c']);
  assert.is((await oci.state('c'))['status'], 'paused');
  assert.is((await oci.call(['exec', 'c', 'true'])).code, 255);
  assert.match(oci.lastError(), /cannot exec in a paused container/);
  await oci.ok(['resume', 'c']);
  assert.is((await oci.call(['resume', 'c'])).code, 1);
  assert.match(oci.lastError(), /container not paused/);

  const resources = JSON.stringify({ memory: { limit: 2 ** 26 }, pids: { limit: 50 } });
  await oci.ok(['update', '--resources', '-', 'c'], { input: resources });
  await oci.ok(['update', '--pids-limit', '51', 'c']);
  const limits = ['exec', 'c', 'cat', '/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/pids.max'];
  assert.is(await oci.ok(limits), `${2 ** 26}\n51\n`);
  const event = JSON.parse(await oci.ok(['events', '--stats', 'c'])) as {
    type: string;
    data: { memory: { usage: { limit: number; usage: number } }; pids: { limit: number } };
  };
  assert.is(event.type, 'stats');
  assert.is(event.data.memory.usage.limit, 2 ** 26);
  assert.ok(event.data.memory.usage.usage > 0);
  assert.is(event.data.pids.limit, 51);

  // Nobody but the host process sees that the supervisor died; the next command finds its successor.
  assert.is(oci.host.killSupervisors(), 1);
  assert.is(await oci.ok(['exec', 'c', 'echo', 'adopted']), 'adopted\n');
  assert.is((await oci.state('c'))['pid'], pid);

  await oci.ok(['kill', 'c', 'TERM']);
  await until('it has stopped', async () => (await oci.state('c'))['status'] === 'stopped');
  assert.match(oci.said('c'), /up\nterm\n$/);
  assert.is((await oci.state('c'))['pid'], 0);
  // Nobody here reaps it: pid 1 does, when it comes to it.
  await until('the host process has ended with it', () => livePid(name) === 0);
  assert.is((await oci.call(['kill', 'c', 'TERM'])).code, 1);
  assert.match(oci.lastError(), /^container not running$/);
  assert.is((await oci.call(['kill', '--all', 'c', 'KILL'])).code, 0);
  await oci.ok(['delete', 'c']);
  assert.is(stateIn(folder, 'poststop').status, 'stopped');
  assert.is((await oci.call(['delete', 'c'])).code, 1);
  assert.match(oci.lastError(), /^container does not exist$/);
  await oci.ok(['delete', '--force', 'c']);
  assert.equal(await oci.leftovers(), []);
});

/** Takes a terminal's master, as the shim and conmon do, and talks over it. */
const CONSOLE = `
import array, fcntl, os, select, socket, struct, subprocess, sys, termios, time
path, done, program = sys.argv[1], sys.argv[2], sys.argv[3:]
server = socket.socket(socket.AF_UNIX); server.bind(path); server.listen()
create = subprocess.Popen(program + ['create', '--bundle', done, '--console-socket', path, '--pid-file', path + '.pid', 'tty'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
client = server.accept()[0]
fds = array.array('i')
message, ancillary, _, _ = client.recvmsg(4096, socket.CMSG_LEN(fds.itemsize))
fds.frombytes(ancillary[0][2]); master = fds[0]
out = create.communicate()[0]
if create.returncode != 0: sys.exit(out)
def size(rows, cols): fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, 0, 0))
size(33, 77)
subprocess.run(program + ['start', 'tty'], check=True)
seen, end = b'', time.time() + 60
def expect(text):
    global seen
    while text not in seen:
        if time.time() > end or not select.select([master], [], [], 60)[0]: sys.exit('no %r in %r' % (text, seen))
        seen += os.read(master, 65536)
    before, seen = seen.split(text, 1)
    return before
expect(b'ready')
for rows, cols in ((33, 77), (40, 100)):
    size(rows, cols)
    want = b'%d %d' % (rows, cols)
    while True:
        os.write(master, b'stty size\\n'); expect(b'stty size'); expect(b'\\n')
        line = expect(b'\\n')
        if want in line: break
        if time.time() > end: sys.exit('size %r, not %r' % (line, want))
os.write(master, b'exit 6\\n')
print('told', message.decode())
`;

test('a group shares a VM: one with a console socket, one in the foreground of a terminal', async ({
  oci,
}) => {
  const { folder } = oci;
  const group = (spec: Record<string, any>): void => {
    spec['annotations'] = { 'io.kubernetes.cri.sandbox-id': 'group' };
    spec['process'].terminal = true;
  };
  const first = oci.bundle('tty', ['sh', '-c', 'echo ready; exec sh'], group);
  const program = [oci.program, ...oci.globals];
  const python = ['-c', CONSOLE, join(folder, 'console'), first, ...program];
  const caller = spawn('python3', python, { env: oci.host.env });
  let said = '';
  for (const stream of [caller.stdout, caller.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  const status = await new Promise((resolve) => caller.on('close', resolve));
  assert.is(status, 0, said);
  assert.match(said, /told \/dev\/(pts\/\d+|ptmx)/);
  await until('it has ended', async () => (await oci.state('tty'))['status'] === 'stopped');

  // The same VM, which the second joins in no time, and leaves.
  const second = oci.bundle('foreground', ['sh'], group);
  const run = [...program, 'run', '--bundle', second, 'foreground'];
  const output = await drivePty(
    ['send stty size; tty\\n', 'expect 30 100', 'resize 90x25', 'send exit 5\\n'],
    run,
    oci.host.env,
  );
  assert.match(output, /-- 5 True$/m);
  assert.is(await oci.ok(['list', '-q']), 'tty\n');
  await oci.ok(['delete', 'tty']);
  assert.equal(await oci.leftovers(), []);
});

test('what a create that was killed left is removed by force, and a failed one leaves nothing', async ({
  oci,
}) => {
  const bundle = oci.bundle('half', ['sleep', '1000']);
  const args = [...oci.globals, 'create', '--bundle', bundle, 'half'];
  const create = spawn(oci.program, args, { env: oci.host.env, stdio: 'ignore' });
  const ended = new Promise((resolve) => create.once('close', resolve));
  const vmms = (): number => oci.host.leftovers().filter((line) => line.includes('qemu')).length;
  await until('its VM boots', () => vmms() > 0);
  create.kill('SIGKILL');
  await ended;
  assert.is((await oci.state('half'))['status'], 'stopped');
  await oci.ok(['delete', '--force', 'half']);
  assert.equal(await oci.leftovers(), []);

  // Its stdio are sockets here, which no other process can open anew.
  assert.is((await oci.call(['create', '--bundle', bundle, 'socket'])).code, 1);
  assert.match(oci.lastError(), /create failed: .*a socket/);
  assert.equal(await oci.leftovers(), []);

  const missing = oci.bundle('missing', ['nosuch']);
  const run = await oci.call(['run', '--bundle', missing, 'missing']);
  assert.is(run.code, 1);
  assert.match(run.stderr, /executable file not found in \$PATH/);
  assert.equal(await oci.leftovers(), []);
});

if (hierarchies().length === 0) skip('no cgroup hierarchy is mounted: the host side has no cgroup');
test.run();
