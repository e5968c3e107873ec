/**
 * Images of real programs for tests: a web server and a time service of the distribution, with the libraries that they
 * are linked with, and busybox, as one OCI layout. Packages are fetched with apt and unpacked, not installed; set-up
 * does it, for tests that have no network. Also a program: `node dist/test/linuxkit/debian-programs.js`.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type TarEntry, tarArchive } from '../../linuxkit/tar-archive.ts';
import { repositoryRoot } from '../harness/repository-root.ts';

/** Counts changes of what is made of the packages. */
const VERSION = 6;
const PACKAGES = ['nginx', 'openntpd'];
const BUSYBOX = '/bin/busybox';

/** udhcpc's: it says what it was given, and this puts it in force. */
const UDHCPC_SCRIPT = `#!/bin/busybox sh
busybox ip link set "$interface" up
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
busybox ip addr flush dev "$interface"
busybox ip addr add "$ip/$mask" dev "$interface"
for gateway in $router; do busybox ip route add default via "$gateway"; done
for server in $dns; do echo "nameserver $server"; done > /etc/resolv.conf
echo "bound to $ip"
`;
const NGINX_CONF = `daemon off;
worker_processes 1;
error_log /dev/stderr info;
pid /run/nginx.pid;
events { worker_connections 64; }
http {
  access_log /dev/stdout;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server { listen 80; root /srv; }
}
`;
const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nntpd:x:123:123::/var/lib/openntpd:/bin/false\n';

/** The layout's folder: images test/dhcp, test/openntpd and test/nginx. */
export function programsLayout(): string {
  return join(repositoryRoot(), 'build', 'images', `debian-programs-${VERSION}`);
}

/**
 * Makes the layout where it is missing.
 * @returns why it cannot be made; undefined when it is there
 */
export function makeProgramsLayout(): string | undefined {
  const layout = programsLayout();
  if (existsSync(join(layout, 'index.json'))) return undefined;
  mkdirSync(dirname(layout), { recursive: true });
  const work = mkdtempSync(`${layout}.`);
  try {
    const root = join(work, 'root');
    fetchPackages(work, root);
    writeLayout(join(work, 'layout'), images(root));
    renameSync(join(work, 'layout'), layout);
    return undefined;
  } catch (error) {
    return `images of ${PACKAGES.join(' and ')} cannot be made: ${(error as Error).message}`;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function fetchPackages(work: string, root: string): void {
  const args = ['download', '-q', '-o', 'APT::Sandbox::User=root', ...PACKAGES];
  run('apt-get', args, work);
  for (const name of readdirSync(work).filter((file) => file.endsWith('.deb'))) {
    run('dpkg-deb', ['-x', join(work, name), root]);
  }
}

function run(program: string, args: readonly string[], cwd = '/'): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (error !== undefined || status !== 0) {
    const said = error?.message ?? stderr.trim().split('\n').at(-1);
    throw new Error(`${program} ${args[0]}: ${said}`);
  }
  return stdout;
}

interface Image {
  readonly name: string;
  readonly command: readonly string[];
  readonly entries: readonly TarEntry[];
}

function images(root: string): Image[] {
  const busybox = file('bin/busybox', readFileSync(BUSYBOX), 0o755);
  return [
    {
      name: 'test/dhcp:1',
      command: ['/bin/busybox', 'udhcpc', '-f', '-q', '-n', '-t', '20', '-i', 'eth0'],
      entries: tree([
        busybox,
        file('usr/share/udhcpc/default.script', Buffer.from(UDHCPC_SCRIPT), 0o755),
        file('etc/udhcpc/default.script', Buffer.from(UDHCPC_SCRIPT), 0o755),
        { type: 'symlink', path: 'bin/sh', target: 'busybox' },
      ]),
    },
    {
      name: 'test/openntpd:1',
      command: ['/usr/sbin/ntpd', '-d', '-s', '-f', '/etc/ntpd.conf'],
      entries: tree([
        ...program(join(root, 'usr/sbin/ntpd'), 'usr/sbin/ntpd'),
        file('etc/services', Buffer.from('ntp 123/udp\n')),
        file('etc/ntpd.conf', Buffer.from('server 10.0.2.2\n')),
        file('etc/passwd', Buffer.from(PASSWD)),
        file('etc/group', Buffer.from('root:x:0:\nntpd:x:123:\n')),
      ]),
    },
    {
      name: 'test/nginx:1',
      command: ['/usr/sbin/nginx', '-c', '/etc/nginx.conf'],
      entries: tree([
        busybox,
        ...program(join(root, 'usr/sbin/nginx'), 'usr/sbin/nginx'),
        file('etc/nginx.conf', Buffer.from(NGINX_CONF)),
        file(
          'etc/passwd',
          Buffer.from('root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n'),
        ),
        file('etc/group', Buffer.from('root:x:0:\nnogroup:x:65534:\n')),
      ]),
    },
  ];
}

function file(path: string, data: Buffer, mode = 0o644): TarEntry {
  return { type: 'file', path, mode, data };
}

/** A program and what the linker of this host finds for it. */
function program(from: string, to: string): TarEntry[] {
  const linked = run('ldd', [from]);
  const absent = /^\s*(\S+) => not found/m.exec(linked)?.[1];
  if (absent !== undefined) throw new Error(`${from} needs ${absent}, which is not installed`);
  const libraries = [...linked.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = '']) => path);
  return [
    file(to, readFileSync(from), 0o755),
    ...libraries.map((path) => file(path.slice(1), readFileSync(path), 0o755)),
  ];
}

/** The files with the folders above them, and those that programs expect. */
function tree(files: readonly TarEntry[]): TarEntry[] {
  const folders = new Set([
    'tmp',
    'run',
    'srv',
    'var',
    'var/lib',
    'var/lib/openntpd',
    'var/lib/openntpd/run',
    'etc',
  ]);
  for (const { path } of files) {
    for (let at = dirname(path); at !== '.'; at = dirname(at)) folders.add(at);
  }
  return [
    ...[...folders]
      .sort()
      .map(
        (path): TarEntry => ({ type: 'directory', path, mode: path === 'tmp' ? 0o1777 : 0o755 }),
      ),
    ...files,
  ];
}

function writeLayout(folder: string, all: readonly Image[]): void {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  const blob = (mediaType: string, bytes: Buffer) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(folder, 'blobs', 'sha256', hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const manifests = all.map(({ name, command, entries }) => {
    const layer = tarArchive(entries);
    const diffId = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
    const config = {
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: command, Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'] },
      rootfs: { type: 'layers', diff_ids: [diffId] },
    };
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: blob('application/vnd.oci.image.config.v1+json', json(config)),
      layers: [blob('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(layer, { level: 1 }))],
    };
    return {
      ...blob(manifest.mediaType, json(manifest)),
      platform: { architecture: 'amd64', os: 'linux' },
      annotations: { 'org.opencontainers.image.ref.name': name },
    };
  });
  writeFileSync(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(folder, 'index.json'), json({ schemaVersion: 2, manifests }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(`  ${makeProgramsLayout() ?? `there: ${programsLayout()}`}`);
}
