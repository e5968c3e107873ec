/** Names and ids of containers and pods: their rules, and fresh ones. No files here. */
import { randomBytes, randomInt } from 'node:crypto';
import { RuntimeError } from '../errors.ts';
import { ADJECTIVES, NOUNS } from './name-words.ts';

/** Docker's rule; at most 128, as a file name and a task id hold it. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/;
/** A pod's folder holds its socket, whose whole path has 107 bytes on Linux; a container's id has 64. */
const POD_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}$/;
const ID = /^[0-9a-f]{64}$/;

/** 64 hexadecimal digits, as docker's. */
export function newContainerId(): string {
  return randomBytes(32).toString('hex');
}

export function isContainerId(text: string): boolean {
  return ID.test(text);
}

export function isContainerName(text: string): boolean {
  return NAME.test(text);
}

/** @throws RuntimeError invalid-argument, naming the name */
export function checkContainerName(name: string): string {
  if (NAME.test(name)) return name;
  throw new RuntimeError(
    'invalid-argument',
    `name a container "${shortened(name)}"`,
    'a name is 2 to 128 of a-z A-Z 0-9 _ . - and begins with a letter or digit',
  );
}

/** @throws RuntimeError invalid-argument, naming the name */
export function checkPodName(name: string): string {
  if (POD_NAME.test(name)) return name;
  throw new RuntimeError(
    'invalid-argument',
    `name a pod "${shortened(name)}"`,
    "a pod's name is 2 to 64 of a-z A-Z 0-9 _ . - and begins with a letter or digit",
  );
}

/** adjective_noun, with a number where words alone were taken before. */
export function generateName(attempt: number): string {
  const words = `${pick(ADJECTIVES)}_${pick(NOUNS)}`;
  return attempt < 4 ? words : `${words}_${randomInt(10 ** Math.min(attempt, 9))}`;
}

/** What a person typed, cut for an error message. */
export function shortened(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}... (${text.length} characters)` : text;
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? 'plain';
}
