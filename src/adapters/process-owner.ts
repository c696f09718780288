/** Which process made something, so that others can tell later whether it still lives. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

export interface ProcessOwner {
  host: string;
  pid: number;
  /** Tells the process from a later one with its number. */
  instance: string;
}

const THIS: ProcessOwner = { host: hostname(), pid: process.pid, instance: randomBytes(8).toString('hex') };

export function thisProcess(): ProcessOwner {
  return { ...THIS };
}

/** @returns null where that cannot be told: a process of another host cannot be asked. */
export function isAlive({ host, pid, instance }: ProcessOwner): boolean | null {
  if (host !== THIS.host) return null;
  if (pid === THIS.pid) return instance === THIS.instance;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
