/** What is measured: one row a case. Every server gets the same number of processes and threads. */

interface Common {
  readonly name: string;
  readonly about: string;
  /** Module in bench/apps, with a callable `application`. */
  readonly app: string;
  readonly processes: number;
  readonly threads: number;
}

/** A closed loop: each connection asks again as soon as it was answered. */
export interface LoadCase extends Common {
  readonly kind: "load";
  readonly connections: number;
  readonly expect: Buffer;
  readonly post?: Buffer;
}

/** Arrivals at a constant rate, whether the server keeps up or not. */
export interface MixCase extends Common {
  readonly kind: "mix";
  readonly slowEvery: number;
  /** Requests a second that everyone gets, beside half of what each can do. */
  readonly sameRate: number;
}

export interface IdleCase extends Common {
  readonly kind: "idle";
  readonly connections: number;
}

export interface StartCase extends Common {
  readonly kind: "start";
  readonly repetitions: number;
}

export interface MemoryCase extends Common {
  readonly kind: "memory";
  readonly workers: readonly number[];
  readonly connections: number;
}

export type Case = LoadCase | MixCase | IdleCase | StartCase | MemoryCase;

const HELLO = Buffer.from("Hello, world!");
const TEN_KILOBYTES = Buffer.from("0123456789abcdef".repeat(640));
const usual = { processes: 2, threads: 1 };
const load = { ...usual, kind: "load", connections: 64, expect: HELLO } as const;

export const cases: readonly Case[] = [
  { ...load, name: "hello-64", app: "hello", about: "13 bytes, 64 connections" },
  { ...load, name: "hello-256", app: "hello", about: "13 bytes, 256 connections", connections: 256 },
  { ...load, name: "body-10k", app: "body10k", about: "a body of 10 KB", expect: TEN_KILOBYTES },
  {
    ...load,
    name: "post-10k",
    app: "echo",
    about: "10 KB posted and sent back",
    expect: TEN_KILOBYTES,
    post: TEN_KILOBYTES,
  },
  { ...load, name: "flask", app: "flask_hello", about: "Flask, one plain view" },
  { ...load, name: "django", app: "django_hello", about: "Django as startproject makes it, one plain view" },
  {
    ...load,
    name: "hello-16-threads",
    app: "hello",
    about: "13 bytes, 2 processes of 16 threads",
    threads: 16,
  },
  {
    ...load,
    name: "flask-16-threads",
    app: "flask_hello",
    about: "Flask, 2 processes of 16 threads",
    threads: 16,
  },
  {
    kind: "mix",
    name: "mix",
    app: "mix",
    about: "one request of 20 sleeps 100 ms, at a constant arrival rate, 2 processes of 16 threads",
    processes: 2,
    threads: 16,
    slowEvery: 20,
    sameRate: 1000,
  },
  {
    ...usual,
    kind: "idle",
    name: "idle-10k",
    app: "hello",
    about: "10,000 idle connections",
    connections: 10_000,
  },
  {
    ...usual,
    kind: "start",
    name: "start",
    app: "hello",
    about: "start to first reply, hello",
    repetitions: 5,
  },
  {
    ...usual,
    kind: "start",
    name: "start-django",
    app: "django_hello",
    about: "start to first reply, Django",
    repetitions: 5,
  },
  {
    kind: "memory",
    name: "memory",
    app: "django_hello",
    about: "memory of the whole tree with 1, 4 and 8 Django workers, after a load that reached each",
    processes: 1,
    threads: 1,
    workers: [1, 4, 8],
    connections: 64,
  },
];
