/** Tokens by tool, and of a tool on average. */
export interface ToolBudget {
  readonly average: number;
  readonly tools: Readonly<Record<string, number>>;
}

/** What a tool may cost on average, its frame in the list included. */
export const MOST_ON_AVERAGE = 120;

/** Where the measured figures exceed the budget, and where the budget does not fit the tools there are. */
export function budgetFaults(measured: ToolBudget, budget: ToolBudget): readonly string[] {
  const update = "npm run budgets -- --update writes the file anew";
  const dear = Object.entries(measured.tools).flatMap(([name, tokens]) => {
    const most = budget.tools[name];
    if (most === undefined) return [`${name} has no budget; ${update}`];
    return tokens > most
      ? [`${name} takes ${tokens} tokens, ${most} are allowed; shorten it, or ${update}`]
      : [];
  });
  const gone = Object.keys(budget.tools)
    .filter((name) => measured.tools[name] === undefined)
    .map((name) => `${name} has a budget and is not listed; ${update}`);
  const average =
    measured.average > MOST_ON_AVERAGE
      ? [`a tool takes ${measured.average} tokens on average, ${MOST_ON_AVERAGE} are allowed`]
      : [];
  return [...dear, ...gone, ...average];
}
