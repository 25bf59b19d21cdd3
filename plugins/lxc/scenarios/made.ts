/** Every scenario of containers makes its own, which takes a template to make them from. */
export const MADE = { live: true, needs: ["container template"] } as const;
