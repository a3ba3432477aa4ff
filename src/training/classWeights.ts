/**
 * The weight of each image [n] under which every class counts as much as any other: n / (classes that have images x
 * images of its class), 1 on average (King and Zeng, "Logistic regression in rare events data", 2001; scikit-learn's
 * `balanced`).
 */
export function balancedWeights(labels: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const present = counts.filter((count) => count > 0).length;
  return Float64Array.from(labels, (label) => labels.length / (present * (counts[label] ?? NaN)));
}
