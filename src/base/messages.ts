/**
 * Every sentence a person can meet as an error or as the reason why a file was skipped, by its code.
 * One sentence each: it names the file and the remedy. The editor translates these through `vscode.l10n`,
 * so they are literal text with `{named}` placeholders.
 */
export const messages = {
  INTERNAL: 'Something went wrong that should not have: {reason}. Please report it.',

  // The dataset
  FOLDER_NOT_FOUND: 'There is no folder {path}; check its name.',
  FOLDER_UNREADABLE: 'The folder {path} cannot be read ({reason}); check its permissions.',
  NO_CLASSES: 'No image folders in {path}; put the photos of each class into a folder of its own.',
  ONE_CLASS:
    'Only one class, “{label}”, in {path}; put the photos of another class into a second folder beside it.',
  NO_TRAINING_IMAGES:
    'No image of {path} is left to train on; put at least two readable photos into each class folder.',
  EMPTY_CLASS: 'The class folder “{path}” holds no image; add photos or delete it.',
  CLASS_NOT_TRAINED:
    'The class “{label}” has no image on the training side and was left out; put some of its photos there.',
  SMALL_CLASS: 'The class “{label}” has only {count} images; 20 or more train better.',
  FOLDER_LEFT_OUT:
    'The folder {path} is no part of the train, validation and test folders beside it and was left out; move its photos into them.',
  NOT_IN_CLASS: '{path} lies in no class folder and was left out; move it into one.',
  NAME_NOT_UNICODE: 'The name of {path} is not valid Unicode; rename the file.',
  LINK_OUTSIDE: '{path} links to a place outside the dataset; copy the file into the folder instead.',
  LINK_BROKEN: '{path} links to a file that is not there; delete the link or restore the file.',
  NOT_A_FILE: '{path} is not a regular file; remove it from the dataset.',
  SPLIT_UNREADABLE:
    'The split file {path} is damaged ({reason}); restore it, or delete it to have a new one made.',

  // Images
  FILE_EMPTY: '{path} is empty; download it again or delete it.',
  FILE_MISSING: '{path} is no longer there.',
  FILE_UNREADABLE: '{path} cannot be read ({reason}); check its permissions.',
  FILE_TOO_LARGE: '{path} is larger than {limit} MB; save it smaller.',
  FORMAT_UNSUPPORTED: '{path}: {format} is not supported; save it as JPEG or PNG.',
  FORMAT_UNKNOWN: '{path} is not an image that can be read; save it as JPEG or PNG.',
  IMAGE_TOO_LARGE: '{path} has more than {limit} megapixels; save it smaller.',
  IMAGE_DAMAGED: '{path} is damaged ({reason}); restore it or save it anew.',
  DECODER_DAMAGED: 'The image decoder {path} is damaged ({reason}); install the extension again.',

  // Backbones and runtimes
  BACKBONE_UNKNOWN: 'There is no backbone {id}; known are: {known}.',
  BACKBONE_DAMAGED: 'The backbone file {path} is damaged ({reason}); install the extension again.',
  GRAPH_UNSUPPORTED:
    'The network {path} has the operation {operation}, which cannot be converted; use the tensorflow or the wasm runtime.',
  RUNTIME_UNKNOWN: 'There is no runtime {id}; known are: {known}.',
  RUNTIME_MISSING: 'The runtime {id} cannot be loaded here ({reason}); choose another one.',
  RUNTIME_UNFIT:
    'The backbone {backbone} runs on {able}, not on {id}; choose that runtime, or the backbone {other}.',
  EIGHT_BITS_MISSING:
    'The backbone {backbone} cannot run on this machine ({reasons}); choose the backbone {other}.',
  NO_RUNTIME: 'No runtime can be loaded on this machine: {reasons}.',
  NPM_MISSING: 'npm was not found on the PATH; install Node.js, which brings it, and start the editor again.',
  TENSORFLOW_NOT_INSTALLED:
    'TensorFlow could not be installed ({reason}); the other runtimes work without it, the log says more.',
  FINGERPRINT_CHANGED: 'The run {path} was trained with another version of {id}; retrain it.',

  // The cache and files on disk
  CACHE_UNWRITABLE:
    'The cache folder {path} cannot be written ({reason}); free some space or choose another cache directory.',
  FILE_CHANGED: '{path} changed while it was read; run it again.',
  VALUES_NOT_FINITE: 'The values computed for {path} are not finite numbers; choose another runtime.',
  CACHE_LAYOUT:
    '{path} is not a bottleneck file of this version ({reason}); delete it to have its values computed again.',
  NO_CACHE: 'There are no bottleneck values in {path}; name a dataset or its .bottlenecks folder.',
  SAME_CACHE: '{path} cannot be merged into itself; name another dataset or .bottlenecks folder.',
  CACHE_IN_USE:
    'Another process ({pid} on {host}) is writing to {path}; wait until it has ended, or clear it all the same.',
  PATH_OUTSIDE: '{path} lies outside {root}; nothing was read or written there.',

  // Runs
  NO_RUN: 'There is no run for {path} yet; retrain first.',
  RUN_DAMAGED: 'The run file {path} is damaged ({reason}); retrain.',
  RUN_UNWRITABLE: 'The run cannot be saved in {path} ({reason}); free some space or check the permissions.',
  REFIT_IMPOSSIBLE:
    'The run {path} belongs to the backbone {backbone}, which does not run here, and its photos are not at hand to fit it for another; use the onnx runtime, or retrain.',
  NOTHING_TO_TEST:
    'No photo of {path} is kept aside to test on; set the validation or testing percentage above 0, or add photos.',
  NOTHING_TO_CLASSIFY: 'There is no image in {path}.',

  // The engine
  ENGINE_ENDED: 'The background process ended unexpectedly ({reason}); try again.',
  BUSY: 'A retraining of {path} is already running; wait for it or cancel it.',
} as const;

export type ErrorCode = keyof typeof messages;
