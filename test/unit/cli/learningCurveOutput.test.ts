import assert from 'node:assert/strict';
import { learningCurveText } from '../../../src/cli/learningCurveOutput';
import { learningView } from '../../support/preview/learningSamples';

describe('the text of a learning curve', () => {
  const view = learningView('learned');
  const curve = view.kind === 'done' ? view.answer : assert.fail();
  const [forecast = assert.fail(), none = assert.fail()] = curve.classes;

  it('leaves out no class without a word', () => {
    const classes = Array.from({ length: 43 }, (_, i) => ({
      ...(i < 40 ? forecast : none),
      label: `class ${i}`,
    }));
    const text = learningCurveText({ ...curve, classes });
    assert.equal(text.match(/^ {2}class \d+: /gm)?.length, 10);
    assert.match(text, /^ {2}and 30 more \(--json has all\)$/m);
    assert.match(text, /^ {2}3 classes have too few photos to be forecast by themselves$/m);
    const all = learningCurveText({ ...curve, classes: classes.slice(0, 5) });
    assert.doesNotMatch(all, /more \(--json|too few/);
  });
});
