import { Command, CommanderError } from 'commander';
import { systemCode, toFailure } from '../base';
import { extensionVersion } from '../jobs';
import { backbonesCommand } from './commands/backbones';
import { bottlenecksCommand } from './commands/bottlenecks';
import { classifyCommand } from './commands/classify';
import { clearCommand } from './commands/clear';
import { compareCommand } from './commands/compare';
import { doctorCommand } from './commands/doctor';
import { evaluateCommand } from './commands/evaluate';
import { exportCommand } from './commands/export';
import { exportBottlenecksCommand } from './commands/exportBottlenecks';
import { importCommand } from './commands/import';
import { crossValidateCommand } from './commands/crossValidate';
import { learningCurveCommand } from './commands/learningCurve';
import { mergeCommand } from './commands/merge';
import { runsCommand } from './commands/runs';
import { trainCommand } from './commands/train';
import { verifyCommand } from './commands/verify';
import { refuseEmpty } from './options';
import { assets, status } from './perform';
import { withDashes } from './retrainPyFlags';
import { printable } from './text';

const program = new Command('retrain')
  .description('Retrains an image classifier on a folder of photos; nothing leaves this machine.')
  .option('--version', 'print the version')
  .on('option:version', () => {
    process.stdout.write(`${extensionVersion({ assets })}\n`);
    throw new CommanderError(status.done, 'commander.version', '');
  });

const commands = [
  trainCommand,
  bottlenecksCommand,
  classifyCommand,
  evaluateCommand,
  runsCommand,
  compareCommand,
  learningCurveCommand,
  crossValidateCommand,
  verifyCommand,
  clearCommand,
  mergeCommand,
  importCommand,
  exportCommand,
  exportBottlenecksCommand,
  backbonesCommand,
  doctorCommand,
];
for (const command of commands) program.addCommand(command());
// Wrong usage is thrown and explained by every command alike.
for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)])
  command.exitOverride().showHelpAfterError('(--help says more)');

program.hook('preAction', (_, command) => refuseEmpty(command));

// A reader that has seen enough (`| head`) is no failure.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (systemCode(error) !== 'EPIPE') throw error;
  });

program.parseAsync(withDashes(process.argv)).catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? status.done : status.usage;
    return;
  }
  process.stderr.write(`${printable(toFailure(error).message)}\n`);
  process.exitCode = status.failed;
});
