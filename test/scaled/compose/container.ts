/** A service of a compose file as a process with its own root, address, user and limits. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { descendants } from '../../service/start-service.ts';
import type { ComposeService, Mount } from './compose-file.ts';
import { contentsOf, readStages } from './dockerfile.ts';
import { engineImage } from './images.ts';
import type { Member, Network } from './network.ts';

const script = join(import.meta.dirname, 'container.sh');
const run = promisify(execFile);

/** A service that ended by itself is started again after this, as its restart policy says. */
const restartMs = 500;

interface Image {
  user: string;
  workdir: string;
  words: string[];
  environment: Record<string, string>;
  stopSignal: NodeJS.Signals;
  mounts: Mount[];
}

export interface ContainerOptions {
  service: ComposeService;
  member: Member;
  network: Network;
  /** For its files. */
  folder: string;
  /** Where a named volume lies. */
  volume(name: string): string;
  onLine?(container: string, line: string): void;
}

export class Container {
  readonly name: string;
  readonly service: ComposeService;
  readonly address: string;
  /** The last lines that it wrote. */
  readonly lines: string[] = [];
  /** Ends that nobody asked for: their exit codes. */
  readonly unexpected: (number | null)[] = [];
  readonly #options: ContainerOptions;
  readonly #image: Image;
  #child: ChildProcess | undefined;
  #wanted = false;

  constructor(options: ContainerOptions) {
    this.#options = options;
    this.service = options.service;
    this.name = options.member.name;
    this.address = options.member.address;
    this.#image = this.#prepare();
  }

  /** Of the process above all of its own. */
  get pid(): number {
    return this.#child!.pid!;
  }

  get running(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  start(): void {
    const { folder, member } = this.#options;
    const own = join(folder, this.name);
    mkdirSync(join(own, 'root'), { recursive: true });
    const mounts = join(own, 'mounts');
    writeFileSync(mounts, this.#mounts().join('\n').concat('\n'));
    const mode = this.service.readOnly ? 'ro' : 'rw';
    const spaces = ['unshare', '--mount', '--pid', '--uts', '--fork', '--kill-child=SIGKILL'];
    const root = ['sh', script, this.name, join(own, 'root'), mounts, mode];
    const words = [
      'netns',
      'exec',
      member.namespace,
      ...spaces,
      ...root,
      ...this.#command(this.#image.words),
    ];
    // With whoever started it, however that ends.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'ip', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(join(own, 'log'), { flags: 'a' });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#keep(line, log));
    }
    child.once('exit', (code) => {
      if (!this.#wanted || this.#child !== child) return;
      this.unexpected.push(code);
      setTimeout(() => this.#wanted && this.#child === child && this.start(), restartMs);
    });
    this.#child = child;
    this.#wanted = true;
  }

  /** True once its health check succeeds; what has none is well while it runs. */
  async healthy(): Promise<boolean> {
    const { healthTest } = this.service;
    if (!this.running) return false;
    if (healthTest === undefined) return true;
    return this.execute(healthTest).then(
      () => true,
      () => false,
    );
  }

  /** Runs a command in it, as its user; answers with what it wrote. Rejects for another status than 0. */
  async execute(words: string[]): Promise<string> {
    const spaces = [
      '--target',
      String(this.#init()),
      '--mount',
      '--net',
      '--pid',
      '--uts',
      '--root',
    ];
    const { stdout } = await run('nsenter', [...spaces, ...this.#command(words)], {
      timeout: 10_000,
    });
    return stdout;
  }

  /** Its stop signal to its first process, SIGKILL after its grace; answers with the exit code. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    this.#wanted = false;
    if (child === undefined || !this.running) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    process.kill(this.#init(), this.#image.stopSignal);
    const timer = setTimeout(() => child.kill('SIGKILL'), this.service.graceSeconds * 1000);
    await gone;
    clearTimeout(timer);
    return child.exitCode;
  }

  /** All of it at once. It stays away until `start`. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#wanted = false;
    if (child === undefined || !this.running) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Of its processes, the newest whose command line matches. */
  pidOf(pattern: RegExp): number | undefined {
    return this.#processes().findLast((pid) => pattern.test(commandLine(pid)));
  }

  freeze(): void {
    for (const pid of this.#processes()) signal(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.#processes()) signal(pid, 'SIGCONT');
  }

  #processes(): number[] {
    return descendants(this.pid).map(({ pid }) => pid);
  }

  #init(): number {
    const { pid } = this;
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const [first] = text.split(' ').filter(Boolean);
    if (first === undefined) throw new Error(`${this.name} has no process`);
    return Number(first);
  }

  #keep(line: string, log: NodeJS.WritableStream): void {
    log.write(`${line}\n`);
    this.lines.push(line);
    if (this.lines.length > 2000) this.lines.splice(0, 1000);
    this.#options.onLine?.(this.name, line);
  }

  #prepare(): Image {
    const { service } = this;
    const { environment, command, build, target = '' } = service;
    if (build !== undefined) {
      const stages = readStages(join(build, 'Dockerfile'));
      const recipe = stages.get(target)!;
      const contents = [
        ...contentsOf(stages, target),
        // Of `npm ci`.
        { source: 'node_modules', target: join(recipe.workdir, 'node_modules') },
      ];
      return {
        user: service.user ?? recipe.user,
        workdir: recipe.workdir,
        words: [...recipe.entrypoint, ...(command ?? recipe.command)],
        environment: { HOME: '/', ...recipe.environment, ...environment },
        stopSignal: 'SIGTERM',
        mounts: contents.map(({ source, target: to }) => ({
          ...{ source: join(build, source), target: to, readOnly: true },
        })),
      };
    }
    const image = engineImage(service.image);
    const volume = (target: string) => {
      const mount = service.mounts.find((one) => one.target === target);
      if (mount === undefined) throw new Error(`${service.name} keeps nothing at ${target}`);
      return this.#source(mount, image.user);
    };
    image.prepare?.({ environment, volume });
    return {
      user: service.user ?? image.user,
      workdir: '/',
      words: [...(image.entrypoint ?? []), ...(command ?? [])],
      environment: { ...image.environment, ...environment },
      stopSignal: image.stopSignal,
      mounts: image.folders.map((target) => ({ source: target, target, readOnly: false })),
    };
  }

  #command(words: string[]): string[] {
    const { user, workdir, environment } = this.#image;
    const [uid = '', gid = uid] = user.split(':');
    const limits = [
      ...(this.service.noNewPrivileges ? ['--no-new-privs'] : []),
      ...(this.service.capDrop.includes('ALL') ? ['--bounding-set=-all', '--inh-caps=-all'] : []),
    ];
    const as = [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      '--pdeathsig=KILL',
      ...limits,
    ];
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    return ['env', '-i', '-C', workdir, ...variables, ...as, ...words];
  }

  #mounts(): string[] {
    const { network, folder } = this.#options;
    const { tmpfs, mounts, build } = this.service;
    const user = this.#image.user;
    const inside = this.#image.mounts.map((mount) => {
      if (build !== undefined) return mount;
      const source = join(folder, this.name, mount.target.replaceAll('/', '_'));
      mkdirSync(source, { recursive: true });
      own(source, user);
      return { ...mount, source };
    });
    return [
      ...tmpfs.map((text) => `tmpfs tmpfs ${text.split(':')[0]}`),
      ...[...inside, ...mounts].map((mount) => {
        const kind = mount.readOnly ? 'ro' : 'bind';
        return `${kind} ${this.#source(mount, user)} ${mount.target}`;
      }),
      ...this.#secrets(),
      `ro ${network.hostsFile} /etc/hosts`,
      `ro ${network.resolvFile} /etc/resolv.conf`,
    ];
  }

  /** As Compose gives them: for everybody in the container to read. */
  #secrets(): string[] {
    return Object.entries(this.service.secrets).map(([name, value]) => {
      const file = join(this.#options.folder, this.name, `secret-${name}`);
      writeFileSync(file, value, { mode: 0o444 });
      return `ro ${file} /run/secrets/${name}`;
    });
  }

  /** A new volume belongs to who uses it, as the images have it. */
  #source({ source }: Mount, user: string): string {
    if (source.startsWith('/')) return source;
    const path = this.#options.volume(source);
    own(path, user);
    return path;
  }
}

function own(path: string, user: string): void {
  execFileSync('chown', [user.includes(':') ? user : `${user}:`, path]);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in between.
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
