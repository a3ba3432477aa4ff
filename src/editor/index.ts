/** Everything that imports 'vscode', one file a feature. extension.ts puts the parts together. */
export { BottleneckEditors } from './bottleneckEditor';
export { BottleneckTree, type TreeNode } from './bottleneckTree';
export { BottleneckUpkeep } from './bottleneckUpkeep';
export { ClassifyImage } from './classifyImage';
export { ClassifyView, type ClassifyActions } from './classifyView';
export { DatasetSessions } from './datasetSession';
export { EngineClient } from './engineClient';
export { registerCommand } from './failures';
export { registerInstallTensorflow, tensorflowFolder } from './installTensorflow';
export { pickFolder, Retraining } from './retraining';
export { registerOpenSampleDataset } from './sampleDataset';
export { registerPanelSerializer, ResultsPanels } from './resultsPanels';
export type { PanelActions } from './resultsPanel';
export { RunChoice } from './runChoice';
export { cacheDirectory } from './settings';
export { registerShowBottleneckValues } from './showBottleneckValues';
export { registerShowDiagnostics } from './showDiagnostics';
export { holdsTensorflow } from './tensorflowInstallation';
