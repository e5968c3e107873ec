/** Docker's -p syntax: what it means, and what is refused with its text. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PortMapping } from '../../../hcs/endpoints.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import {
  parsePortMapping,
  parsePortMappings,
  portText,
} from '../../../runtime/network/port-mapping.ts';

const tcp = (guestPort: number, rest: Partial<PortMapping> = {}): PortMapping => ({
  protocol: 'tcp',
  ...rest,
  guestPort,
});

const MEANS: [string, PortMapping[]][] = [
  ['80', [tcp(80)]],
  [':80', [tcp(80)]],
  ['80/udp', [{ protocol: 'udp', guestPort: 80 }]],
  ['80/UDP', [{ protocol: 'udp', guestPort: 80 }]],
  ['8080:80', [tcp(80, { hostPort: 8080 })]],
  ['0:80', [tcp(80, { hostPort: 0 })]],
  ['8080:80/tcp', [tcp(80, { hostPort: 8080 })]],
  ['127.0.0.1:8080:80', [tcp(80, { hostAddress: '127.0.0.1', hostPort: 8080 })]],
  ['127.0.0.1::80', [tcp(80, { hostAddress: '127.0.0.1' })]],
  ['::80', [tcp(80)]],
  ['[::1]:8080:80', [tcp(80, { hostAddress: '::1', hostPort: 8080 })]],
  ['8000-8002:90-92', [0, 1, 2].map((n) => tcp(90 + n, { hostPort: 8000 + n }))],
  ['90-91', [tcp(90), tcp(91)]],
  ['127.0.0.1::90-91', [90, 91].map((n) => tcp(n, { hostAddress: '127.0.0.1' }))],
  ['65535:65535', [tcp(65_535, { hostPort: 65_535 })]],
];
for (const [text, mappings] of MEANS) {
  test(`-p ${text} is read`, () => assert.equal(parsePortMapping(text), mappings));
}

const REFUSED: [string, RegExp][] = [
  ['', /""/],
  [':', /":"/],
  ['80:', /"80:"/],
  ['x', /container port "x"/],
  ['0', /container port "0" is not 1 to 65535/],
  ['65536', /"65536"/],
  ['70000:80', /host port "70000"/],
  ['80/sctp', /not tcp or udp/],
  ['80/', /not tcp or udp/],
  ['-80', /"-80"/],
  ['9-8', /go down/],
  ['8000-8001:80', /2 host ports do not fit 1 container ports/],
  ['0-3:80-83', /host port "0-3"/],
  ['1-2000', /more than 1024/],
  ['localhost:80:80', /"localhost" is not an address/],
  ['::1:8080:80', /"::1:8080:80"/],
  ['[127.0.0.1]:1:2', /is not an address/],
  ['1.2.3.4:5:6:7', /"1\.2\.3\.4:5:6:7"/],
  [' 80', /" 80"/],
  ['8'.repeat(200), /too long/],
];
for (const [text, message] of REFUSED) {
  test(`-p ${JSON.stringify(text.slice(0, 20))} is refused with its text`, () => {
    assert.throws(() => parsePortMapping(text), message);
    assert.throws(() => parsePortMapping(text), /cannot publish port "/);
  });
}

test('any text is read or refused as an invalid argument', () => {
  const piece = fc.constantFrom('80', ':', '-', '/', 'udp', 'tcp', '[', ']', '::1', '1.2.3.4', '0');
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 9 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(text, (wanted) => {
      try {
        for (const { guestPort, hostPort = 0 } of parsePortMapping(wanted)) {
          assert.ok(guestPort >= 1 && guestPort <= 65_535 && hostPort >= 0 && hostPort <= 65_535);
        }
      } catch (error) {
        assert.ok(
          error instanceof RuntimeError && error.code === 'invalid-argument',
          String(error),
        );
      }
    }),
    { numRuns: 2000 },
  );
});

test('mappings are written as docker ps writes them', () => {
  const texts = parsePortMappings(['127.0.0.1:1:2/udp', '[::1]:3:4', '5:6', '7']).map(portText);
  assert.equal(texts, ['127.0.0.1:1->2/udp', '[::1]:3->4/tcp', '0.0.0.0:5->6/tcp', '7/tcp']);
});

test.run();
