import * as vscode from 'vscode';
import { AddBackbone } from './addBackbone';
import { BackboneComparisons } from './backboneComparisons';
import { ChooseBackbone } from './chooseBackbone';
import type { EngineClient } from './engineClient';
import { registerCommand } from './failures';

/** The commands about backbones: Choose Backbone, Add Backbone… and Compare Backbones. */
export class Backbones {
  readonly comparisons: BackboneComparisons;
  readonly #add: AddBackbone;
  readonly #choose: ChooseBackbone;

  /** @param isBusy whether the machine has so much to do that no speed is to be measured */
  constructor(
    extension: vscode.Uri,
    engine: EngineClient,
    private readonly log: vscode.LogOutputChannel,
    isBusy: () => boolean,
  ) {
    this.comparisons = new BackboneComparisons(extension, engine, log);
    this.#add = new AddBackbone(engine, log);
    this.#choose = new ChooseBackbone(engine, {
      add: (scope) => this.#add.add(scope),
      compare: (scope) => this.comparisons.compare(scope),
      isBusy,
    });
  }

  register(): vscode.Disposable {
    const on = (id: string, command: (scope: vscode.Uri | undefined) => Promise<unknown>) =>
      registerCommand(id, this.log, (scope?: vscode.Uri) => command(scope));
    return vscode.Disposable.from(
      on('retrain.chooseBackbone', (scope) => this.#choose.choose(scope)),
      on('retrain.addBackbone', (scope) => this.#add.add(scope)),
      on('retrain.compareBackbones', (scope) => this.comparisons.compare(scope)),
      this.comparisons,
    );
  }
}
