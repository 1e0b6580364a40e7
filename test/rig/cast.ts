import { type Answer, type ModelRequest, type Script, ScriptedModel, type Step, textOf } from "./script.ts";

/**
 * Several agents on one API address, as people have it: each request goes to the model of the agent whose name its
 * instructions carry.
 */
export class Cast {
  readonly #models = new Map<string, ScriptedModel>();

  play(agent: string, script: Script): ScriptedModel {
    const model = new ScriptedModel(script);
    this.#models.set(agent, model);
    return model;
  }

  /** What a server under whatever single address all agents have is to answer. @throws Error when nobody plays its agent */
  async answer(request: ModelRequest): Promise<Answer> {
    const name = /You are "([^"]+)", one of several agents/.exec(textOf(request))?.[1] ?? "";
    const model = this.#models.get(name);
    if (!model)
      throw new Error(`A model request of "${name}", for whom no script was given: ${textOf(request).slice(0, 400)}`);
    return model.answer({ ...request, index: model.requests.length });
  }
}

/** Something a scripted model wants to do once, as soon as what it has read contains all of `after`. */
export interface Goal {
  after?: string[];
  do: Answer | ((request: ModelRequest) => Answer);
}

/** A model that pursues its goals in order and ends its turn while the next one is not possible yet. */
export function goals(list: Goal[]): Step {
  const open = [...list];
  return (request) => {
    const next = open[0];
    const text = textOf(request);
    if (!next || !(next.after ?? []).every((words) => text.includes(words))) return { text: "Nothing to do for now." };
    open.shift();
    return typeof next.do === "function" ? next.do(request) : next.do;
  };
}
