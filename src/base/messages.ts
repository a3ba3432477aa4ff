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
  ONE_CLASS_TRAINED:
    '“{label}” is the only class in {path} with an image to train on: the others have theirs on other sides of the split, or none that can be read; add photos.',
  NO_TRAINING_IMAGES:
    'No image of {path} is left to train on; put at least two readable photos into each class folder.',
  EMPTY_CLASS: 'The class folder “{path}” holds no image; add photos or delete it.',
  CLASS_NOT_TRAINED:
    'The class “{label}” has no image on the training side and was left out; put some of its photos there.',
  CLASS_NOT_TESTED:
    'The class “{label}” has no testing image, so how well it is recognised is not measured; add photos of it.',
  SMALL_CLASS: 'The class “{label}” has few images, {count}; 20 or more train better.',
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
  FILE_MISSING: '{path} is not there; check its name, or whether it was deleted.',
  FILE_UNREADABLE: '{path} cannot be read ({reason}); check its permissions.',
  FILE_TOO_LARGE: '{path} is larger than {limit} MB; save it smaller.',
  FORMAT_UNSUPPORTED: '{path}: {format} is not supported; save it as JPEG or PNG.',
  FORMAT_UNKNOWN: '{path} is not an image that can be read; save it as JPEG or PNG.',
  IMAGE_TOO_LARGE: '{path} has more than {limit} megapixels; save it smaller.',
  IMAGE_DAMAGED: '{path} is damaged ({reason}); restore it or save it anew.',
  DECODER_DAMAGED: 'The image decoder {path} is damaged ({reason}); install the extension again.',

  // Backbones and runtimes
  BACKBONE_UNKNOWN: 'There is no backbone {id} on this machine; known are: {known}.',
  BACKBONE_DAMAGED:
    'The backbone file {path} is damaged ({reason}); install the extension again, or add the backbone anew.',
  GRAPH_UNSUPPORTED:
    'The network {path} has the operation {operation}, which cannot be converted; cut it before that, or take another network.',
  BACKBONE_INPUT: 'The network {path} cannot be a backbone: {reason}.',
  BACKBONE_INPUT_OPEN: 'The network {path} does not say which size of pictures it takes; name one (--input).',
  BACKBONE_NORMALISATION_OPEN:
    'The network {path} does not say which numbers it takes for pixels; choose 0..1, -1..1, imagenet, 0..255 or your own (--normalisation).',
  NORMALISATION_UNKNOWN:
    '“{text}” is no normalisation; choose 0..1, -1..1, 0..255, imagenet, mean,deviation or six numbers m,m,m,d,d,d.',
  BACKBONE_CUT_UNKNOWN: 'The network {path} cannot be cut at “{cut}”; it can be cut at: {known}.',
  NETWORK_DAMAGED: 'The network file {path} cannot be read ({reason}); take another one.',
  BACKBONE_EMBEDDED: 'The backbone {id} comes with the extension and cannot be removed.',
  BACKBONE_TAKEN: 'There is a backbone {id} already; give this one another name, or remove that one.',
  BACKBONE_ID: '“{id}” cannot be the name of a backbone; use small letters, digits, dots and hyphens.',
  BACKBONE_NOT_LISTED: 'The catalogue has no backbone {id}; it has: {known}.',
  BACKBONE_NOT_DOWNLOADED:
    'The backbone {id} is not on this machine; download it with Choose Backbone in the editor, or in a terminal: retrain backbones download {id}.',
  BACKBONE_FAILED: 'The backbone {id} does not run here ({reason}); choose another one.',
  BACKBONE_NOT_QUANTISED: 'The backbone {id} cannot be given eight bits: {reason}.',
  QUANTISED_DISAGREES:
    'With eight bits {id} does not agree with itself (cosine {cosine} where {least} is the least); stay with the float network.',
  DOWNLOAD_ADDRESS: '{url} is no address of a file (http or https).',
  DOWNLOAD_UNREACHABLE:
    '{url} cannot be reached ({reason}); check the connection and the proxy. The backbones that come with the extension work without.',
  DOWNLOAD_REFUSED: '{url} cannot be downloaded ({reason}); check the address.',
  DOWNLOAD_BROKEN: 'The download of {url} broke off ({reason}); try again, it goes on from there.',
  DOWNLOAD_CHECKSUM: '{url} is not the file that was expected (wrong checksum); nothing of it was kept.',
  DOWNLOAD_BUSY:
    'Another process ({pid} on {host}) is downloading this backbone; wait until it has ended, then try again.',
  DOWNLOAD_TOO_LARGE: '{url} is larger than {limit} MB; it was not downloaded.',
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
  NO_TEXT_FILES:
    'There is no file <label>/<image>_<module>.txt in {path} for an image of {dataset}; name the bottleneck folder of retrain.py and the images it belongs to.',
  NO_TEXT_VALUES: 'No bottleneck file in {path} is whole; have retrain.py write them again.',
  TEXT_VALUES_DAMAGED:
    '{path} is damaged ({reason}) and was left out; delete it and have retrain.py write it again.',
  VALUES_NOT_IMPORTED:
    '{path} has no imported values of {module}, and that network is not here to compute them; import them, or choose another backbone.',
  VIEWS_OF_IMPORTED:
    'There are only imported values of {module}, and that network is not here to compute distorted views; train without distortions, or choose another backbone.',
  VIEWS_MISSING:
    '{count} views could not be computed, as their photos changed or cannot be read any more; run it again.',
  SAME_CACHE: '{path} cannot be merged into itself; name another dataset or .bottlenecks folder.',
  CACHE_IN_USE:
    'Another process ({pid} on {host}) is writing to {path}; wait until it has ended, or clear it all the same.',
  PATH_OUTSIDE: '{path} lies outside {root}; nothing was read or written there.',

  TRAINING_DIVERGED: 'The training ran away at a learning rate of {rate}; choose a smaller one.',

  NEIGHBOURS_TOO_LARGE:
    'A head of neighbours keeps the values of every image it was trained on: {count} take {size} MB, and {limit} MB is the most; choose another head, such as ridge.',
  HEAD_WITHOUT_MODEL:
    'A head of neighbours is no network, so it cannot be written as a TensorFlow.js model; choose another head, such as ridge.',

  LEAVE_ONE_OUT_LARGE:
    'Leave-one-out was not measured: {count} images take too long; the testing images say how good the model is.',
  LEAVE_ONE_OUT_SLOW:
    'Leave-one-out was not measured: {count} images take too long on the runtime {runtime}; choose onnx, which is ten times as fast.',

  // Settings
  SETTINGS_DAMAGED: 'The settings file {path} cannot be used ({reason}); correct it there, or delete it.',
  SETTING_REFUSED: '{path} stays as it is: {reason}.',
  SETTINGS_UNSAVED: '{path} has changes that are not saved; save or undo them, then change settings here.',
  SHARES_TOO_LARGE:
    'Validation takes {validation} % of the images and testing {testing} %, more than 90 % together; lower one of them.',
  VIEWS_WITHOUT_DISTORTION:
    'Without a distortion there are no {views} views of an image; set one with --flip_left_right, --random_crop, --random_scale or --random_brightness.',

  SETTING_UNUSED: '{setting} changes nothing here; it does where {company}.',
  EARLY_STOPPING_BLIND:
    'There is no validation image, so nothing could end the training early; raise the validation percentage, or add photos.',

  // Runs
  NO_RUN: 'There is no run for {path} yet; retrain first.',
  RUN_UNNAMED: 'There is no run at or above {path}; name one (--run), or retrain.',
  RUN_DAMAGED: 'The run file {path} is damaged ({reason}); retrain.',
  NOT_A_RUN: '{path} is not the folder of a run; name one of .retrain/runs.',
  RUN_WITHOUT_CURVE:
    'The run {path} has no curve, so there is nothing to write for TensorBoard; leave that out.',
  RUN_UNDELETABLE: 'The run {path} cannot be deleted ({reason}); check the permissions.',
  RUN_UNWRITABLE: 'The run cannot be saved in {path} ({reason}); free some space or check the permissions.',
  REFIT_IMPOSSIBLE:
    'The run {path} belongs to the backbone {backbone}, which does not run here, and its photos are not at hand to fit it for another; use the onnx runtime, or retrain.',
  CONTINUE_UNKEPT:
    'The run {path} cannot be continued: its head is not trained step by step, or it was made by a version that did not keep where its training ended; retrain.',
  CONTINUE_CONVERGED:
    'The run {path} cannot be continued: its training had come to its end, and more of it would change nothing.',
  CONTINUE_OTHER_PHOTOS: 'The run {path} was not made from the photos in {folder}; name its own dataset.',
  CONTINUE_CLASSES:
    'The run {path} cannot be continued: it knows the classes {known}, the photos now have {found}; retrain.',
  CONTINUE_BACKBONE:
    'The run {path} cannot be continued: it was trained with another version of the backbone {id}; retrain.',
  IMPORTED_NETWORK:
    'The run {path} was trained on imported values of {module}; that network is not here, so no other image can be put to it. Retrain with a backbone of this extension.',
  NOTHING_TO_TEST:
    '{path} has too few photos to test any: a class needs two different ones, one to test and one to train on; add photos.',
  TOO_FEW_FOR_FOLDS:
    '{path} has {count} different photos, which cannot be dealt out to {folds} folds; take fewer folds or add photos.',
  NOTHING_TO_CLASSIFY: 'There is no image in {path}.',

  ACCURACY_BELOW:
    'The accuracy is {accuracy} ({right} of {images} images), below the asserted {asserted}; the run {run} stays as it is.',
  ACCURACY_UNKNOWN:
    'There is no testing image to measure the asserted accuracy of {asserted} on; add photos of the classes of the run, or have more of them kept for testing.',
  RECALL_BELOW:
    'The share of images named rightly is below the asserted {asserted} in {classes}; the run {run} stays as it is.',
  RECALL_UNKNOWN:
    'There is no testing image to measure the asserted recall of {asserted} on; add photos of the classes of the run, or have more of them kept for testing.',
  OUTPUT_UNWRITABLE: '{path} cannot be written ({reason}); choose another place for it.',

  // The engine
  ENGINE_ENDED: 'The background process ended unexpectedly ({reason}); try again.',
  BUSY: 'A retraining of {path} is already running; wait for it or cancel it.',
} as const;

export type ErrorCode = keyof typeof messages;
