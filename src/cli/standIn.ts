/** A backbone that is taken where retrain.py's flags name a network by its name there. */
export interface StandIn {
  readonly id: string;
  /** What a person should know of it. */
  readonly note: string;
}

/** `inception_v3`, `mobilenet_0.50_224` and the like, or TensorFlow Hub's address of one that was trained on ImageNet. */
const theirs =
  /^(?:https:\/\/tfhub\.dev\/google\/imagenet\/)?(?:(inception_v3)|mobilenet_(?:v[123]_)?(?:large_|small_)?(\d{3}|[01]\.\d{1,2}))(?=[_/]|$)/;

/** The backbone of the catalogue that is nearest to a network as retrain.py names it, if it is one of retrain.py's. */
export function standInFor(module: string): StandIn | undefined {
  const [, inception, width] = theirs.exec(module) ?? [];
  if (inception !== undefined)
    return {
      id: 'inception-v3',
      note: 'inception-v3 stands in for it, the same network trained further on other photos; inception-v3-mixed7 serves most photos better',
    };
  if (width === undefined) return undefined;
  // 130 and 140 are hundredths, 1.0 is not.
  const id = Number(width) > 100 ? 'mobilenet-v2-140' : 'mobilenet-v2';
  return { id, note: `${id} stands in for it, a MobileNet trained further on other photos` };
}
