/** Not a test: a process that makes endpoints through the stand-in until it is killed. Says CREATING first. */
import { buildStandIn } from '../../stand-in/build-stand-in.ts';
import { standInEndpoints } from '../../stand-in/network-control.ts';

const endpoints = standInEndpoints(await buildStandIn());
process.stdout.write('CREATING\n');
for (;;) {
  await endpoints.createEndpoint({
    network: 'user',
    ports: [{ protocol: 'tcp', hostAddress: '127.0.0.1', guestPort: 80 }],
  });
}
