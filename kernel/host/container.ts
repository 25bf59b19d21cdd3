import "reflect-metadata";
import { type DependencyContainer, type InjectionToken, container as root } from "tsyringe";
import type { Grant } from "../../sdk/plugin.ts";
import type { ServiceDefinition, ServiceOwner } from "./services.ts";

/**
 * A plugin's own container. It is no child of the kernel's, which a child would fall back
 * to: its parent is tsyringe's global container, in which nothing of ours is ever registered.
 * Only services that the plugin's grants allow are registered at all.
 */
export class PluginContainer {
  readonly #container: DependencyContainer;
  readonly #tokens = new Map<string, InjectionToken<unknown>>();

  constructor(
    definitions: readonly ServiceDefinition[],
    owner: ServiceOwner & { readonly grants: readonly Grant[] },
  ) {
    this.#container = root.createChildContainer();
    for (const definition of definitions) {
      if (definition.grant !== undefined && !owner.grants.includes(definition.grant)) continue;
      const token: InjectionToken<unknown> = Symbol(`plugin:${definition.name}`);
      this.#tokens.set(definition.name, token);
      let made: { service: unknown } | undefined;
      this.#container.register(token, {
        useFactory: () => {
          made ??= { service: definition.make(this.services(definition.needs), { id: owner.id }) };
          return made.service;
        },
      });
    }
  }

  /** Exactly the named services. Throws for one that is not registered here. */
  services(names: readonly string[]): Readonly<Record<string, unknown>> {
    return Object.freeze(Object.fromEntries(names.map((name) => [name, this.#resolve(name)])));
  }

  #resolve(name: string): unknown {
    const token = this.#tokens.get(name);
    if (token === undefined) throw new Error(`there is no service "${name}" here`);
    return this.#container.resolve(token);
  }
}
