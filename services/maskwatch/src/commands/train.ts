import { Command } from 'commander';
import { trainClassifierCommand } from './train-classifier.ts';
import { trainDetectorCommand } from './train-detector.ts';

/** maskwatch train classifier|detector */
export function trainCommand(): Command {
  return new Command('train')
    .description('train a classifier or a detector on your own pictures')
    .addCommand(trainClassifierCommand())
    .addCommand(trainDetectorCommand());
}
