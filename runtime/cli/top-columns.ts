/** Processes as `ps -ef` shows them, which docker top does. Pure. */
import type { TopProcess } from '../supervisor/supervisor-client.ts';
import type { Column } from './list-output.ts';

/** @param bootMs when the VM booted, milliseconds since 1970: starts are told since then */
export function topColumns(bootMs: number | undefined): readonly Column<TopProcess>[] {
  return [
    { name: 'UID', header: 'UID', value: ({ uid }) => String(uid) },
    { name: 'PID', header: 'PID', value: ({ pid }) => String(pid) },
    { name: 'PPID', header: 'PPID', value: ({ ppid }) => String(ppid) },
    { name: 'C', header: 'C', value: () => '0' },
    {
      name: 'STIME',
      header: 'STIME',
      value: ({ startNs }) => {
        if (bootMs === undefined) return `+${Math.floor(startNs / 1e9)}s`;
        return new Date(bootMs + startNs / 1e6).toTimeString().slice(0, 5);
      },
    },
    { name: 'TTY', header: 'TTY', value: ({ tty }) => tty || '?' },
    { name: 'TIME', header: 'TIME', value: ({ cpuNs }) => cpuTime(cpuNs) },
    { name: 'CMD', header: 'CMD', value: ({ command }) => command },
    { name: 'State', value: ({ state }) => state },
    { name: 'RSS', value: ({ rssBytes }) => String(rssBytes) },
    { name: 'ContainerPID', value: ({ containerPid }) => String(containerPid) },
    { name: 'ExecID', value: ({ execId }) => execId },
  ];
}

/** "00:01:02" */
function cpuTime(ns: number): string {
  const seconds = Math.floor(ns / 1e9);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
