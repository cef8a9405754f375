/** JSON for a script element: a `<` of a name must not end the element or open another. */
export function jsonForScript(value: object): string {
  return JSON.stringify(value).replace(/</g, "\\u003c");
}
