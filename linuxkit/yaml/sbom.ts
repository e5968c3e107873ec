/**
 * The bill of materials: SPDX 2.3 as JSON, of images, the kernel, the agent, and the packages that apk and dpkg say are
 * in the images. Deterministic: its time is fixed and its name space is the digest of what it says.
 */
import { createHash } from 'node:crypto';
import { FIXED_TIME } from './root-tree.ts';

/** Something that the image is made of. */
export interface Component {
  readonly name: string;
  readonly version: string;
  readonly purpose: 'CONTAINER' | 'OPERATING-SYSTEM' | 'APPLICATION' | 'LIBRARY';
  /** Hexadecimal; of its bytes, or of an image's configuration. */
  readonly sha256?: string;
  /** As whoever made it says. */
  readonly license?: string;
  readonly purl?: string;
  readonly comment?: string;
  /** What is in it. */
  readonly parts: readonly Component[];
}

export interface SbomOptions {
  /** Of the image. */
  readonly name: string;
  /** Of lcow. */
  readonly toolVersion: string;
}

interface SpdxPackage {
  SPDXID: string;
  name: string;
  versionInfo?: string;
  [field: string]: unknown;
}

/** SPDX's identifiers of licenses that packages of distributions name; others go into a comment. */
const LICENSES = new Set(
  (
    'Apache-2.0 Apache-1.1 Artistic-1.0 Artistic-2.0 BSD-1-Clause BSD-2-Clause BSD-3-Clause BSD-4-Clause BSL-1.0 ' +
    'bzip2-1.0.6 CC0-1.0 CC-BY-4.0 curl GPL-1.0-only GPL-1.0-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only ' +
    'GPL-3.0-or-later ICU ISC LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only ' +
    'LGPL-3.0-or-later MIT MIT-0 MPL-1.1 MPL-2.0 NCSA NTP OFL-1.1 OLDAP-2.8 OpenSSL PostgreSQL PSF-2.0 Python-2.0 ' +
    'Sleepycat SSH-OpenSSH TCL Unicode-3.0 Unlicense Vim WTFPL X11 Zlib zlib-acknowledgement ZPL-2.1 0BSD'
  ).split(' '),
);
const NOT_SAID = 'NOASSERTION';

/** The document's text. */
export function sbomText(components: readonly Component[], options: SbomOptions): string {
  const packages: SpdxPackage[] = [];
  const relationships: Record<string, string>[] = [];
  const relate = (from: string, type: string, to: string): void => {
    relationships.push({
      spdxElementId: from,
      relationshipType: type,
      relatedSpdxElement: to,
    });
  };
  const add = (component: Component, inside: string): void => {
    const id = `SPDXRef-Package-${packages.length}`;
    packages.push(packageOf(component, id));
    relate(inside, 'CONTAINS', id);
    for (const part of component.parts) add(part, id);
  };
  const image: Component = {
    ...{ name: options.name, version: '', purpose: 'OPERATING-SYSTEM', parts: [] },
  };
  packages.push(packageOf(image, 'SPDXRef-Image'));
  relate('SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-Image');
  for (const component of components) add(component, 'SPDXRef-Image');
  const content = { packages, relationships };
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: options.name,
    documentNamespace: `https://spdx.org/spdxdocs/${encodeURIComponent(options.name)}-${digest}`,
    creationInfo: {
      created: new Date(FIXED_TIME.seconds * 1000).toISOString().replace(/\.000Z$/, 'Z'),
      creators: [`Tool: lcow-${options.toolVersion}`],
    },
    documentDescribes: ['SPDXRef-Image'],
    ...content,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function packageOf(component: Component, id: string): SpdxPackage {
  const { name, version, purpose, sha256, license, purl, comment } = component;
  const declared = license !== undefined && isExpression(license) ? license : NOT_SAID;
  return {
    SPDXID: id,
    name,
    ...(version === '' ? {} : { versionInfo: version }),
    primaryPackagePurpose: purpose,
    downloadLocation: NOT_SAID,
    filesAnalyzed: false,
    licenseConcluded: NOT_SAID,
    licenseDeclared: declared,
    ...(license === undefined || declared !== NOT_SAID
      ? {}
      : { licenseComments: `its package says: ${license}` }),
    copyrightText: NOT_SAID,
    ...(sha256 === undefined
      ? {}
      : { checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }] }),
    ...(purl === undefined
      ? {}
      : {
          externalRefs: [
            {
              referenceCategory: 'PACKAGE-MANAGER',
              referenceType: 'purl',
              referenceLocator: purl,
            },
          ],
        }),
    ...(comment === undefined ? {} : { comment }),
  };
}

/** Identifiers joined by AND and OR, without parentheses: what apk's packages mostly say. */
function isExpression(license: string): boolean {
  const words = license.split(' ');
  return (
    words.length % 2 === 1 &&
    words.every((word, index) =>
      index % 2 === 0 ? LICENSES.has(word) : word === 'AND' || word === 'OR',
    )
  );
}

/** The packages of a file `lib/apk/db/installed`. */
export function apkPackages(installed: string): Component[] {
  return stanzas(installed).flatMap((lines) => {
    const field = (letter: string): string | undefined =>
      lines.find((line) => line.startsWith(`${letter}:`))?.slice(2);
    const [name, version = '', license, architecture] = [
      field('P'),
      field('V'),
      field('L'),
      field('A'),
    ];
    if (name === undefined) return [];
    const arch = architecture === undefined ? '' : `?arch=${encodeURIComponent(architecture)}`;
    return [
      {
        ...{ name, version, purpose: 'LIBRARY' as const, parts: [] },
        ...(license === undefined ? {} : { license }),
        purl: `pkg:apk/alpine/${encodeURIComponent(name)}@${encodeURIComponent(version)}${arch}`,
      },
    ];
  });
}

/** The installed packages of a file `var/lib/dpkg/status`. */
export function dpkgPackages(status: string): Component[] {
  return stanzas(status).flatMap((lines) => {
    const field = (name: string): string | undefined =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const [name, version = '', state = 'installed', architecture] = [
      field('Package'),
      field('Version'),
      field('Status'),
      field('Architecture'),
    ];
    if (name === undefined || !state.endsWith('installed') || state.endsWith('not-installed')) {
      return [];
    }
    const arch = architecture === undefined ? '' : `?arch=${encodeURIComponent(architecture)}`;
    return [
      {
        ...{ name, version, purpose: 'LIBRARY' as const, parts: [] },
        purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}${arch}`,
      },
    ];
  });
}

/** Blocks of lines between empty ones. */
export function stanzas(text: string): string[][] {
  return text
    .split(/\n[ \t]*\n/)
    .map((block) => block.split('\n').filter((line) => line !== ''))
    .filter((lines) => lines.length > 0);
}
