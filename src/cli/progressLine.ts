import type { JobProgress, Solution } from '../jobs';
import { sizeText } from './cacheText';
import { skippedLines } from './fileLines';
import { printable } from './text';

type Progress = JobProgress<
  | 'retrain'
  | 'continueRun'
  | 'classify'
  | 'evaluate'
  | 'merge'
  | 'verify'
  | 'importBottlenecks'
  | 'exportBottlenecks'
  | 'addBackbone'
  | 'measureSpeeds'
  | 'compareBackbones'
  | 'learningCurve'
  | 'crossValidateHeads'
>;

/** Progress on standard error: one line that rewrites itself on a terminal, a line a step elsewhere. */
export class ProgressLine {
  private shown = '';
  /** Whether a training that has a curve is under way. */
  isTraining = false;

  constructor(private readonly out: NodeJS.WriteStream) {}

  readonly report = (progress: Progress): void => {
    this.isTraining = progress.kind === 'training';
    const { text, final } = describe(progress);
    if (this.out.isTTY) this.rewrite(text, final);
    else if (final) this.out.write(`${text}\n`);
    if (progress.kind === 'bottlenecksDone') this.out.write(skippedLines(progress.dataset, process.cwd()));
  };

  /** A line of its own, above what is under way. */
  say(text: string): void {
    this.end();
    this.out.write(`${text}\n`);
  }

  /** Clears the unfinished line, before results or an error are printed. */
  end(): void {
    if (this.shown !== '') this.out.write(`\r${' '.repeat(this.shown.length)}\r`);
    this.shown = '';
  }

  private rewrite(text: string, final: boolean): void {
    const line = text.slice(0, Math.max(20, this.out.columns - 1));
    this.out.write(`\r${line.padEnd(this.shown.length)}${final ? '\n' : ''}`);
    this.shown = final ? '' : line;
  }
}

function describe(progress: Progress): { text: string; final: boolean } {
  switch (progress.kind) {
    case 'settings':
      return {
        text: `Settings from ${printable(progress.file)}: ${progress.names.length === 0 ? 'none' : progress.names.join(', ')}`,
        final: true,
      };
    case 'runFound':
      return { text: `Run: ${printable(progress.run)}`, final: true };
    case 'scanning':
      return { text: `Scanning: ${progress.files} files`, final: false };
    case 'downloading': {
      const of = progress.of === null ? '' : ` of ${sizeText(progress.of)}`;
      return { text: `Downloading: ${sizeText(progress.done)}${of}`, final: false };
    }
    case 'measuring':
      return {
        text: `Measuring: ${progress.id}, ${progress.index + 1} of ${progress.of} backbones`,
        final: false,
      };
    case 'comparing':
      return {
        text: `Comparing: ${progress.id}, ${progress.index + 1} of ${progress.of} backbones`,
        final: true,
      };
    case 'compared':
      return { text: `Compared: ${progress.compared.backbone.id}`, final: false };
    case 'notCompared':
      return { text: `Not compared: ${printable(progress.failed.failure.message)}`, final: true };
    case 'scanned':
      return {
        text: `Scanned ${progress.dataset.images} images in ${progress.dataset.classes.length} classes (${progress.seconds.toFixed(1)} s)`,
        final: true,
      };
    case 'bottlenecks':
    case 'views': {
      const what = progress.kind === 'views' ? 'Views of the training images' : 'Bottlenecks';
      const left = progress.secondsLeft === null ? '' : `, ${Math.ceil(progress.secondsLeft)} s left`;
      const speed = progress.perSecond > 0 ? `, ${progress.perSecond.toFixed(0)} a second` : '';
      return { text: `${what}: ${progress.done} of ${progress.of}${speed}${left}`, final: false };
    }
    case 'bottlenecksDone':
      return {
        text: `Bottlenecks: ${progress.counts.computed} computed, ${progress.counts.cached} in the cache (${progress.counts.seconds.toFixed(1)} s)`,
        final: true,
      };
    case 'viewsDone':
      return {
        text: `Views of the training images: ${progress.counts.computed} computed, ${progress.counts.cached} in the cache (${progress.counts.seconds.toFixed(1)} s)`,
        final: true,
      };
    case 'training':
      return {
        text: `Training: ${progress.unit} ${progress.epoch.epoch} of at most ${progress.maxEpochs}`,
        final: false,
      };
    case 'refitting': {
      const { original, backbone } = progress;
      return {
        text: `Refitting run ${printable(original.name)} on ${backbone}: ${printable(original.backbone)} does not run here`,
        final: true,
      };
    }
    case 'learning':
      return {
        text: `Learning curve: ${progress.done} of ${progress.of} trainings, on ${progress.images} images`,
        final: false,
      };
    case 'crossValidating':
      return {
        text: `Cross-validating: ${progress.done} of ${progress.of} trainings (${progress.head})`,
        final: false,
      };
    case 'crossValidated':
      return { text: `Cross-validated: ${progress.result.head}`, final: false };
    case 'classifying':
      return { text: `Classifying: ${progress.done} of ${progress.of}`, final: false };
    case 'merging':
      return { text: `Merging: ${progress.done} of ${progress.of} parts`, final: false };
    case 'importing':
      return { text: `Importing: ${progress.done} of ${progress.of} files`, final: false };
    case 'exporting':
      return { text: `Writing: ${progress.done} of ${progress.of} files`, final: false };
    case 'checking':
      return { text: `Checking: ${progress.done} of ${progress.of} parts`, final: false };
    case 'recomputing':
      return { text: `Computing anew: ${progress.done} of ${progress.of} images`, final: false };
    case 'penaltyTried':
      return { text: `Training: penalty ${progress.trial.penalty}`, final: false };
    case 'descending':
      return { text: `Training: epoch ${progress.epoch.epoch}`, final: false };
    case 'neighboursCompared':
      return { text: `Training: ${progress.done} of ${progress.of} images compared`, final: false };
    case 'neighboursTried':
      return { text: `Training: ${progress.trial.k} neighbours`, final: false };
    case 'leavingOut': {
      const { images, share, product } = progress;
      const what = `Leave-one-out: ${images} images`;
      if (share === 0 && product === 'plain')
        return {
          text: `${what}, by the plain 64-bit product in JavaScript, a tenth as fast as that of onnx`,
          final: true,
        };
      return { text: `${what}, ${Math.floor(share * 100)} %`, final: false };
    }
    case 'solved':
      return {
        text: `Trained${solved(progress.solution)} (${progress.seconds.toFixed(1)} s)`,
        final: true,
      };
    case 'trained':
      return {
        text: `Trained ${progress.epochs} ${progress.unit}s (${progress.seconds.toFixed(1)} s)`,
        final: true,
      };
  }
}

function solved(solution: Solution): string {
  switch (solution.kind) {
    case 'ridge':
      return `, penalty ${solution.penalty}`;
    case 'neighbours':
      return `, the nearest ${solution.k} vote`;
    case 'centroid':
      return '';
  }
}
