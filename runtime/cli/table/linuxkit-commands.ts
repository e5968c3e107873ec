/** Commands that build images from LinuxKit's YAML. Data only. */
import type { Command } from '../command.ts';

/** As linuxkit/yaml/build-linuxkit.ts has them, which is not loaded for help. */
const FORMATS = ['kernel+initrd', 'kernel+squashfs', 'tar', 'vhd', 'lcow', 'lcow-zip'] as const;

export const LINUXKIT_COMMANDS: readonly Command[] = [
  {
    name: 'linuxkit build',
    summary: "Build a bootable image from LinuxKit's YAML.",
    description:
      'Several files are merged: lists append, fields of the kernel override; "-" is standard input. Images come from --oci, from Docker with --docker, from the local store, and with --pull from the registry that a name means, into the store; lcow/kernel and lcow/agent are kernels and the agent of this host. Formats: kernel+initrd (default), kernel+squashfs, tar, vhd (an ext4 root in a fixed VHD), lcow (a folder with the boot files for Windows), lcow-zip (the same as a zip, and its installer). The same inputs give the same bytes. What was unpacked once is kept in the data folder, under cache/linuxkit.',
    operands: 'FILE.yml...',
    minimum: 1,
    maximum: Infinity,
    completes: ['file'],
    options: [
      {
        name: 'output',
        short: 'o',
        value: 'DIR',
        help: 'put the files there (default: the current folder)',
        completes: 'folder',
      },
      { name: 'name', value: 'NAME', help: "begin their names so (default: the last file's)" },
      {
        name: 'format',
        value: 'FORMAT',
        multiple: true,
        help: `build this; can be repeated: ${FORMATS.join(', ')}`,
        completes: FORMATS,
      },
      {
        name: 'arch',
        value: 'ARCH',
        help: "of the images (default: this host's)",
        completes: ['amd64', 'arm64', 'riscv64', 's390x'],
      },
      {
        name: 'oci',
        value: 'PATH',
        multiple: true,
        help: 'look for images in this OCI layout or docker-archive; can be repeated',
        completes: 'file',
      },
      { name: 'docker', help: 'look for images in the Docker daemon' },
      {
        name: 'pull',
        help: 'take images that are nowhere else from their registries, and keep them in the store',
      },
      {
        name: 'dm-verity',
        help: 'put a dm-verity tree into root disks (vhd, lcow), and what the kernel is told beside them (.verity)',
      },
      { name: 'no-sbom', help: 'put no bill of materials (/sbom.spdx.json) in' },
      { name: 'quiet', short: 'q', help: 'print the names of the files only' },
    ],
    load: () => import('../commands/linuxkit-build.ts'),
  },
];
