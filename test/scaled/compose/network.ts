/**
 * A network as Compose makes one: a bridge, a namespace with its own address for each container, and
 * names. A cut is a cut cable: packets of the pair go to an address that nobody has, and are gone.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** No card has it: locally administered, and not given to anybody here. */
const nowhere = '02:00:00:00:00:01';

export interface Member {
  name: string;
  namespace: string;
  address: string;
}

const mark = 'mwk';

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });

export class Network {
  readonly #prefix: string;
  readonly #subnet: string;
  readonly #members = new Map<string, Member>();
  readonly #names: ChildProcess;
  /** What a container reads as /etc/hosts; grows while containers are added. */
  readonly hostsFile: string;
  readonly resolvFile: string;
  readonly #namesLog: string;

  /** Needs root. `folder` takes its files. */
  constructor(folder: string) {
    removeLeftovers();
    this.#prefix = `${mark}${process.pid}`;
    this.#subnet = `10.231.${process.pid % 250}`;
    ip('link', 'add', this.#prefix, 'type', 'bridge');
    ip('address', 'add', `${this.hostAddress}/24`, 'dev', this.#prefix);
    ip('link', 'set', this.#prefix, 'up');
    this.hostsFile = join(folder, 'hosts');
    this.resolvFile = join(folder, 'resolv.conf');
    this.#namesLog = join(folder, 'names.log');
    writeFileSync(this.hostsFile, '127.0.0.1 localhost\n');
    writeFileSync(this.resolvFile, `nameserver ${this.hostAddress}\n`);
    const names = ['--keep-in-foreground', '--no-resolv', '--no-hosts', '--conf-file=/dev/null'];
    const own = [`--addn-hosts=${this.hostsFile}`, `--listen-address=${this.hostAddress}`];
    const files = ['--bind-interfaces', '--pid-file=', '--user=root', '--local-ttl=1'];
    const log = ['--log-queries', `--log-facility=${this.#namesLog}`];
    const words = ['--pdeathsig', 'KILL', '--', 'dnsmasq', ...names, ...own, ...files, ...log];
    this.#names = spawn('setpriv', words, { stdio: 'ignore' });
  }

  /** Of the machine that the network is on: cameras and receivers of a test are there. */
  get hostAddress(): string {
    return `${this.#subnet}.1`;
  }

  get subnet(): string {
    return `${this.#subnet}.0/24`;
  }

  /** Names that containers asked for and that are of none of them: what they look for outside. */
  askedOutside(): string[] {
    const log = readFileSync(this.#namesLog, 'utf8');
    const asked = [...log.matchAll(/ query\[\w+\] (\S+) from /g)].map(([, name = '']) => name);
    const known = readFileSync(this.hostsFile, 'utf8').split(/\s+/);
    return [...new Set(asked)].filter((name) => !known.includes(name));
  }

  /** A namespace with an address, known by its name and by its service's. */
  join(name: string, service: string): Member {
    const number = this.#members.size + 2;
    const address = `${this.#subnet}.${number}`;
    const namespace = `${this.#prefix}-${name}`;
    const [outside, inside] = [`${this.#prefix}o${number}`, `${this.#prefix}i${number}`];
    ip('netns', 'add', namespace);
    ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside);
    ip('link', 'set', inside, 'netns', namespace);
    ip('link', 'set', outside, 'master', this.#prefix, 'up');
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    ip('-n', namespace, 'link', 'set', inside, 'name', 'eth0');
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', namespace, 'link', 'set', 'eth0', 'up');
    const member = { name, namespace, address };
    this.#members.set(name, member);
    const names = name === service ? name : `${name} ${service}`;
    appendFileSync(this.hostsFile, `${address} ${names}\n`);
    this.#names.kill('SIGHUP');
    return member;
  }

  /** Between two containers, or a container and "host". Connections stay open and hear nothing. */
  cut(one: string, other: string): void {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      this.#neighbour(from, ['replace', this.#address(to), 'lladdr', nowhere, 'nud', 'permanent']);
    }
  }

  heal(one: string, other: string): void {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      this.#neighbour(from, ['del', this.#address(to)]);
    }
  }

  close(): void {
    this.#names.kill('SIGKILL');
    for (const { namespace } of this.#members.values()) ip('netns', 'del', namespace);
    ip('link', 'del', this.#prefix);
  }

  #neighbour(name: string, words: string[]): void {
    const member = this.#members.get(name);
    if (member === undefined) ip('neigh', ...words, 'dev', this.#prefix);
    else ip('-n', member.namespace, 'neigh', ...words, 'dev', 'eth0');
  }

  #address(name: string): string {
    if (name === 'host') return this.hostAddress;
    const member = this.#members.get(name);
    if (member === undefined) throw new Error(`there is no "${name}" on this network`);
    return member.address;
  }
}

/** Of a process that was killed before it could close its network. */
function removeLeftovers(): void {
  const gone = (name: string) => {
    const pid = new RegExp(`^${mark}(\\d+)`).exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  };
  const bridges = JSON.parse(String(ip('-json', 'link', 'show', 'type', 'bridge')) || '[]');
  const spaces = JSON.parse(String(ip('-json', 'netns', 'list')) || '[]');
  for (const { name } of (spaces as { name: string }[]).filter((one) => gone(one.name))) {
    ip('netns', 'del', name);
  }
  for (const { ifname } of (bridges as { ifname?: string }[]).filter((one) =>
    gone(one.ifname ?? ''),
  )) {
    ip('link', 'del', ifname!);
  }
}
