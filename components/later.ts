import * as pulumi from "@pulumi/pulumi";

/**
 * What is over once resources are applied.
 *
 * Unlike a dependency it is not in the state, so that on removal nothing has to wait for what waited here.
 */
export class Later {
  readonly promise: Promise<void>;
  private resolve: () => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** A resource's URN is there once it is applied, and in a preview, too. */
  when(resources: readonly pulumi.Resource[]): void {
    pulumi.all(resources.map(({ urn }) => urn)).apply(() => this.resolve());
  }
}
