/**
 * The bridge as a process of its own: LCOW_BRIDGE_RUN is the engine's run directory; it serves LCOW_BRIDGE_SOCKET, a
 * path, or without it a port of 127.0.0.1 for programs of the Wine prefix LCOW_BRIDGE_WINE. Says READY, the
 * accelerator and the port on its standard output, and ends when its standard input does. What it is told comes by
 * the environment, so that its command line names no folder of a test's.
 */
import type { AddressInfo } from 'node:net';
import { openQemuService } from '../../hcs/qemu/qemu-service.ts';
import { templatesBeside } from '../harness/templates-beside.ts';
import { serveBridge } from './bridge.ts';
import { WinePaths } from './wine-paths.ts';

const runDirectory = process.env['LCOW_BRIDGE_RUN'] ?? '';
const path = process.env['LCOW_BRIDGE_SOCKET'];
const wine = process.env['LCOW_BRIDGE_WINE'];
const templates = templatesBeside(runDirectory);
const service = await openQemuService({ runDirectory, ...templates });
const server = await serveBridge(
  service,
  templates.templateDirectory,
  path === undefined ? { host: '127.0.0.1', port: 0 } : { path },
  wine === undefined ? undefined : new WinePaths(wine),
);
const { Execution } = await service.properties();
const port = path === undefined ? (server.address() as AddressInfo).port : 0;
process.stdout.write(`READY ${Execution.Accelerator} ${port}\n`);
process.stdin.resume().on('end', () => {
  void service[Symbol.asyncDispose]().then(() => process.exit(0));
});
