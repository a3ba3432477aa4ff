import { addBackbone, downloadBackbone, inspectNetwork, removeBackbone } from './backbones';
import { bottlenecks } from './bottlenecks';
import { classify } from './classify';
import { changeSettings } from './changeSettings';
import { clearBottlenecks, measureBottlenecks } from './clear';
import { compareBackbones } from './compareBackbones';
import { compareRuns } from './compareRuns';
import type { Job, JobContext } from './context';
import { continueRun } from './continueRun';
import { crossValidateHeads } from './crossValidateHeads';
import { doctor } from './doctor';
import { exportRun } from './exportRun';
import { evaluate } from './evaluate';
import { findDatasets } from './findDatasets';
import { inspectPart, listBottlenecks, readRows } from './inspect';
import { learningCurve } from './learningCurve';
import { listBackbones } from './listBackbones';
import { locateBottleneck } from './locateBottleneck';
import { measureSpeeds } from './measureSpeeds';
import { merge } from './merge';
import type { JobName, JobParams, JobResult } from './requests';
import { quantiseBackbone } from './quantise';
import { retrain } from './retrain';
import { restoreSettings, writeRunSettings } from './restoreSettings';
import { openSettingsFile, readReject } from './settingsFile';
import { readSettingsFile } from './settingsForm';
import { exportBottlenecks, importBottlenecks } from './textBottlenecks';
import { deleteRun, findRun, listRuns, readRun, summariseRuns, titleRun } from './runs';
import { thumbnail } from './thumbnail';
import type { RunMessage } from './threadMessages';
import { verify } from './verify';

const table: { readonly [K in JobName]: Job<K> } = {
  findDatasets,
  retrain,
  continueRun,
  bottlenecks,
  classify,
  evaluate,
  findRun,
  listRuns,
  readRun,
  exportRun,
  summariseRuns,
  titleRun,
  deleteRun,
  compareRuns,
  learningCurve,
  crossValidateHeads,
  thumbnail,
  inspectPart,
  readRows,
  locateBottleneck,
  listBottlenecks,
  merge,
  importBottlenecks,
  exportBottlenecks,
  verify,
  measureBottlenecks,
  clearBottlenecks,
  readSettingsFile,
  changeSettings,
  openSettingsFile,
  restoreSettings,
  writeRunSettings,
  readReject,
  listBackbones,
  measureSpeeds,
  inspectNetwork,
  addBackbone,
  downloadBackbone,
  quantiseBackbone,
  compareBackbones,
  removeBackbone,
  doctor,
};

/** Runs the job that a message names. `report` receives the progress of that job. */
export function runJob<K extends JobName>(
  { name, params }: RunMessage<K>,
  context: JobContext<unknown>,
): Promise<JobResult<K>> {
  const job: (params: JobParams<K>, context: JobContext<unknown>) => Promise<JobResult<K>> = table[name];
  return job(params, context);
}
