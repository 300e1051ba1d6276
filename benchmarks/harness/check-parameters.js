/** Sides of unequal numbers of parameters do not train the same model: their times say nothing. */
export function checkParameters(model, results) {
  const counts = Object.values(results).flatMap(({ parameters }) => parameters ?? []);
  if (new Set(counts).size > 1) {
    throw new Error(
      `${model}: the sides have ${counts.join(' and ')} parameters; they must be the same model`,
    );
  }
}
