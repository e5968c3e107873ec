/** Commands that make lcow a runtime of other programs. Data only. */
import type { Command, CommandOption } from '../command.ts';

const NONE = { operands: '', minimum: 0, maximum: 0 } as const;

const DRY_RUN: CommandOption = { name: 'dry-run', help: 'show the difference, write nothing' };
const UNDO: CommandOption = { name: 'undo', help: 'take back what set-up did' };
const NAME: CommandOption = {
  name: 'name',
  value: 'NAME',
  help: 'what the runtime is called (default lcow)',
  completes: 'nothing',
};
const LINK: CommandOption = {
  name: 'link',
  value: 'DIR|none',
  help: "folder for the link to the shim (default: bin of containerd's opt folder)",
  completes: 'folder',
};

function config(usual: string): CommandOption {
  return { name: 'config', value: 'FILE', help: `the file (default ${usual})`, completes: 'file' };
}

export const SETUP_COMMANDS: readonly Command[] = [
  {
    name: 'setup docker',
    summary: "Make lcow a runtime of Docker's daemon: docker run --runtime lcow.",
    description:
      'Adds the runtime to daemon.json: by the path of lcow-oci for Docker before 24, as io.containerd.lcow.v1 from 24 on. Prints the difference, keeps a backup beside the file, restarts nothing, and says what does.',
    ...NONE,
    options: [
      DRY_RUN,
      UNDO,
      config('/etc/docker/daemon.json'),
      NAME,
      {
        name: 'docker-version',
        value: 'VERSION',
        help: 'version of dockerd (default: dockerd is asked)',
        completes: 'nothing',
      },
      LINK,
    ],
    load: () => import('../commands/setup-docker.ts'),
  },
  {
    name: 'setup containerd',
    summary:
      "Make lcow a runtime of containerd's CRI plugin, and put the shim where containerd looks.",
    description:
      'Appends tables to config.toml, of version 2 or 3. Prints the difference, keeps a backup beside the file, restarts nothing, and says what does.',
    ...NONE,
    options: [DRY_RUN, UNDO, config('/etc/containerd/config.toml'), NAME, LINK],
    load: () => import('../commands/setup-containerd.ts'),
  },
];
