import assert from 'node:assert/strict';
import { cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ClassifyResult, ClassifyState, RunView } from '../../src/protocol';
import { skip } from '../support/skip';
import { watchDialogs } from './support/dialogs';
import {
  activated,
  eventually,
  filesBelow,
  putPhotos,
  putThreeClasses,
  retrain,
  scratch,
  tabsOf,
  workspaceFolder,
} from './support/extension';

const classify = (...images: string[]) => {
  const uris = images.map((image) => vscode.Uri.file(image));
  return vscode.commands.executeCommand<ClassifyResult | undefined>('retrain.classifyImage', uris[0], uris);
};

describe('Classify Image', function () {
  this.timeout(120_000);
  const newFolder = scratch();
  const dialogs = watchDialogs();
  let dataset: string;
  let run: RunView;

  before(async () => {
    dataset = await putThreeClasses(await newFolder('dataset'), 8);
    const trained = await retrain(dataset);
    assert.ok(trained);
    run = trained;
    // What other suites left in the workspace must not answer here.
    await rm(path.join(workspaceFolder(), '.retrain'), { recursive: true, force: true });
  });

  const photos = async (label: string) =>
    (await readdir(path.join(dataset, label))).sort().map((name) => path.join(dataset, label, name));

  it('answers with the newest run of the dataset above the image, and names it', async () => {
    const { classifyView } = await activated();
    const [image] = await photos('roses');
    assert.ok(image);
    const result = await classify(image);
    assert.equal(result?.run.folder, run.folder);
    const [answer] = result.answers;
    assert.ok(answer?.kind === 'answered');
    assert.equal(answer.path, image);
    assert.deepEqual(answer.scores.map(({ label }) => label).sort(), ['daisy', 'roses', 'tulips']);
    assert.ok(Math.abs(answer.scores.reduce((sum, score) => sum + score.probability, 0) - 1) < 1e-5);
    assert.equal(answer.label, answer.scores[0]?.label);
    const { state } = classifyView;
    assert.ok(state.kind === 'answers');
    assert.equal(state.run?.name, run.name);
    assert.deepEqual(state.items, [
      { path: image, name: path.basename(image), folder: path.dirname(image), answer },
    ]);
    await eventually('its tab', () => (tabsOf('retrain.classify').length === 1 ? true : undefined));
  });

  it('names most of the photos rightly that it was trained on', async () => {
    const images = [...(await photos('daisy')), ...(await photos('roses')), ...(await photos('tulips'))];
    const result = await classify(...images);
    assert.deepEqual(
      result?.answers.map((answer) => answer.path),
      images,
    );
    const right = result.answers.filter(
      (answer) => answer.kind === 'answered' && answer.label === path.basename(path.dirname(answer.path)),
    );
    assert.ok(right.length > images.length / 2, `${right.length} of ${images.length}`);
  });

  it('says what is wrong with one image and answers for the others', async () => {
    const [image] = await photos('tulips');
    assert.ok(image);
    const folder = await newFolder('broken');
    const broken = path.join(folder, 'broken.jpg');
    await vscode.workspace.fs.writeFile(vscode.Uri.file(broken), Buffer.from('no image'));
    const result = await classify(image, broken);
    assert.deepEqual(
      result?.answers.map(({ kind }) => kind),
      ['answered', 'failed'],
    );
  });

  it('classifies the image that is open', async () => {
    const [image] = await photos('daisy');
    assert.ok(image);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(image), vscode.ViewColumn.One);
    const result = await vscode.commands.executeCommand<ClassifyResult | undefined>('retrain.classifyImage');
    assert.deepEqual(
      result?.answers.map((answer) => answer.path),
      [image],
    );
  });

  describe('where the network of the run does not run', () => {
    const settings = () => vscode.workspace.getConfiguration('retrain');
    /** What the view shows one after the other while `work` goes on, each kind of state once. */
    async function shownDuring<T>(work: Thenable<T>): Promise<{ result: T; states: ClassifyState[] }> {
      const { classifyView } = await activated();
      const states: ClassifyState[] = [];
      let over = false;
      const watched = Promise.resolve(work).finally(() => (over = true));
      watched.catch(() => undefined);
      while (!over) {
        if (states.at(-1) !== classifyView.state) states.push(classifyView.state);
        await sleep(2);
      }
      return { result: await watched, states };
    }
    const refits = async () =>
      (await readdir(path.join(dataset, '.retrain', 'runs'))).filter((name) => name !== run.name);
    let image: string;

    before(async function () {
      if (run.backbone.id !== 'efficientnet-lite2-int8') skip(this, 'eight bits do not run here');
      image = (await photos('roses'))[0] ?? '';
      await settings().update('runtime', 'wasm', vscode.ConfigurationTarget.Global);
    });
    after(() => settings().update('runtime', undefined, vscode.ConfigurationTarget.Global));

    it('can be cancelled while it is refitted, and says so', async () => {
      const { classifyImage, classifyView } = await activated();
      const work = classify(image);
      await eventually('the refit', () =>
        classifyView.state.kind === 'refitting' && classifyView.state.running.bottlenecks ? true : undefined,
      );
      classifyImage.cancel();
      const cancelling = classifyView.state;
      assert.ok(cancelling.kind === 'refitting' && cancelling.cancelling);
      assert.equal(await work, undefined);
      assert.match(JSON.stringify(classifyView.state), /"failed".*was cancelled/);
      assert.deepEqual(await refits(), []);
    });

    it('shows scan, bottlenecks and training of the refit, then the answer of the run that came of it', async () => {
      const { result, states } = await shownDuring(classify(image));
      assert.equal(result?.run.refitOf?.name, run.name);
      assert.equal(result.answers.length, 1);
      assert.deepEqual(await refits(), [result.run.name]);
      const refitting = states.filter((state) => state.kind === 'refitting');
      const [first] = refitting;
      assert.ok(first);
      assert.deepEqual(first.refit.original, {
        name: run.name,
        backbone: 'efficientnet-lite2-int8',
        accuracy: run.evaluation.accuracy,
      });
      assert.deepEqual(
        first.items.map(({ answer }) => answer),
        [null],
      );
      const steps = refitting.map(({ running }) => running.step);
      assert.deepEqual([...new Set(steps)], ['scan', 'bottlenecks', 'training', 'evaluation']);
      const done = refitting.flatMap(({ running: { bottlenecks } }) => (bottlenecks ? [bottlenecks] : []));
      assert.ok(done.some((bottlenecks) => bottlenecks.done > 0 && bottlenecks.done < bottlenecks.of));
      const curves = refitting.map(({ running: { training } }) =>
        training && 'curve' in training ? training.curve : [],
      );
      assert.ok(curves.some((curve) => curve.length > 0));
      assert.equal(states.at(-1)?.kind, 'answers');
    });

    it('is answered at once the next time, and the panel says what the run stands in for', async () => {
      const { result, states } = await shownDuring(classify(image));
      assert.ok(result);
      assert.ok(states.every(({ kind }) => kind === 'answers'));
      const { sessions } = await activated();
      const { refitOf } = await sessions.of(dataset).showRun(result.run.folder);
      assert.deepEqual(refitOf, result.run.refitOf);
    });
  });

  it('offers to retrain when there is no run at all', async () => {
    const folder = await newFolder('no run');
    await putPhotos(folder, 'roses', 1);
    const [image] = await readdir(folder);
    assert.equal(await classify(path.join(folder, image ?? '')), undefined);
    assert.match(dialogs.messages[0]?.text ?? '', /There is no run/);
    assert.deepEqual(dialogs.messages[0]?.buttons, ['Retrain Classifier']);
  });

  describe('an image outside of all datasets', () => {
    let image: string;

    before(async () => {
      // A run in the workspace, which the person may choose.
      await cp(path.join(dataset, '.retrain'), path.join(workspaceFolder(), '.retrain'), { recursive: true });
      const folder = await newFolder('outside');
      await putPhotos(folder, 'tulips', 1);
      const [name] = await readdir(folder);
      image = path.join(folder, name ?? '');
    });
    after(() => rm(path.join(workspaceFolder(), '.retrain'), { recursive: true, force: true }));

    it('is answered by the run that the person chooses', async () => {
      dialogs.choose = (labels) => labels.find((label) => label === run.name);
      const result = await classify(image);
      assert.equal(result?.run.name, run.name);
      assert.equal(result.answers.length, 1);
    });

    it('is not answered when the person does not choose', async () => {
      dialogs.choose = () => undefined;
      assert.equal(await classify(image), undefined);
      assert.deepEqual(dialogs.messages, []);
    });

    it('is answered without asking by the run pinned for the workspace, until that is unpinned', async () => {
      dialogs.choose = () => run.name;
      const pinned = await vscode.commands.executeCommand<string | null>('retrain.pinRun');
      assert.equal(pinned, path.join(workspaceFolder(), '.retrain', 'runs', run.name));
      let asked = 0;
      dialogs.choose = () => {
        asked++;
        return undefined;
      };
      assert.equal((await classify(image))?.run.folder, pinned);
      assert.equal(asked, 0);
      dialogs.choose = (labels) => labels.at(-1);
      assert.equal(await vscode.commands.executeCommand('retrain.pinRun'), null);
      dialogs.choose = () => {
        asked++;
        return undefined;
      };
      await classify(image);
      assert.equal(asked, 1);
    });

    it('has nothing written beside it', async () => {
      dialogs.choose = (labels) => labels[0];
      await classify(image);
      assert.deepEqual(await filesBelow(path.dirname(image)), [path.basename(image)]);
    });
  });
});
