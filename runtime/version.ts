/** The version of this package; test/runtime/version.test.ts holds it to package.json. */
export const LCOW_VERSION = '0.1.0';
