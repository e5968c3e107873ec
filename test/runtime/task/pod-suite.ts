/** A suite whose tests open pods of their own on one host, which must be left as it was. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../../harness/lcow-host.ts';
import { busyboxLayers } from './task-pod.ts';

export interface PodSuiteContext {
  host: LcowHost;
  /** Of busybox. */
  layers: readonly string[];
}

export function podSuite(name: string) {
  const test = suite<PodSuiteContext>(name);
  test.before(async (context) => {
    context.host = new LcowHost();
    context.layers = await busyboxLayers(context.host);
  });
  test.after(async ({ host }) => {
    const left = await host.settledLeftovers();
    await host[Symbol.asyncDispose]();
    assert.equal(left, []);
  });
  return test;
}
