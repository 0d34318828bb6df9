/** The command. Each subcommand is loaded when it is asked for: `check` needs no inference. */
import { readFileSync } from 'node:fs';
import { withoutCredentials } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { exitStatus, problemText } from '@maskwatch/platform/problem-text';
import { Command, CommanderError } from 'commander';

interface Entry {
  name: string;
  description: string;
  load(): Promise<Command>;
}

const entries: Entry[] = [
  {
    name: 'start',
    description: 'watch the cameras, serve the page, deliver alerts',
    load: async () => (await import('./commands/start.ts')).startCommand(),
  },
  {
    name: 'detect',
    description: 'find faces on pictures and films and judge whether a mask is worn',
    load: async () => (await import('./commands/detect.ts')).detectCommand(),
  },
  {
    name: 'replay',
    description: 'the alerts that the rules would have raised on recorded films',
    load: async () => (await import('./commands/replay.ts')).replayCommand(),
  },
  {
    name: 'train',
    description: 'train a classifier or a detector on your own pictures',
    load: async () => (await import('./commands/train.ts')).trainCommand(),
  },
  {
    name: 'evaluate',
    description: 'measure a classifier, a detector or both on labelled pictures',
    load: async () => (await import('./commands/evaluate.ts')).evaluateCommand(),
  },
  {
    name: 'check',
    description: 'read a config and name every fault at once',
    load: async () => (await import('./commands/check.ts')).checkCommand(),
  },
  {
    name: 'models',
    description: 'list the models, or verify that they compute what they were released with',
    load: async () => (await import('./commands/models.ts')).modelsCommand(),
  },
  {
    name: 'doctor',
    description: 'look at this machine and say what is missing',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  },
  {
    name: 'inference',
    description: 'find faces and judge masks for all ingests, one of any number of workers',
    load: async () => (await import('./commands/inference.ts')).inferenceCommand(),
  },
  {
    name: 'ingest',
    description: 'watch cameras that a hub shares among several such processes',
    load: async () => (await import('./commands/ingest.ts')).ingestCommand(),
  },
  {
    name: 'hub',
    description: 'serve the page and judge by the rules, as one of several hubs',
    load: async () => (await import('./commands/hub.ts')).hubCommand(),
  },
  {
    name: 'deliveries',
    description: 'bring alerts to webhooks and remove what is old, one of any number',
    load: async () => (await import('./commands/deliveries.ts')).deliveriesCommand(),
  },
  {
    name: 'demo-camera',
    description: 'serve the demo film in a loop as a camera, for a first look',
    load: async () => (await import('./commands/demo-camera.ts')).demoCameraCommand(),
  },
  {
    name: 'db',
    description: 'migrate, back up, restore or copy a store',
    load: async () => (await import('./commands/db.ts')).dbCommand(),
  },
  {
    name: 'probe',
    description: 'ask a service whether it is well, for health checks',
    load: async () => (await import('./commands/probe.ts')).probeCommand(),
  },
];

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The wanted command in full, the others by name and description. */
async function program(args: string[]): Promise<Command> {
  const wanted = args[0] === 'help' ? args[1] : args[0];
  const whole = new Command('maskwatch')
    .description('watches cameras, finds faces, judges masks, and raises few, trusted alerts')
    .version(version())
    .exitOverride();
  for (const { name, description, load } of entries) {
    const command = name === wanted ? await load() : new Command(name).description(description);
    whole.addCommand(inherit(command, whole));
  }
  return whole;
}

/** Commands of commands too: what the parser refuses ends with the same status everywhere. */
function inherit(command: Command, from: Command): Command {
  command.copyInheritedSettings(from);
  for (const nested of command.commands) inherit(nested, command);
  return command;
}

async function main(args: string[]): Promise<void> {
  try {
    await (await program(args)).parseAsync(args, { from: 'user' });
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      // It has said its sentence itself; 0 is help and version.
      process.exitCode = thrown.exitCode === 0 ? 0 : 2;
    } else if (thrown instanceof Problem) {
      process.stderr.write(withoutCredentials(problemText(thrown)));
      process.exitCode = exitStatus(thrown);
    } else {
      throw thrown;
    }
  }
}

await main(process.argv.slice(2));
