/** A call of a method: its name, what it is given, and the call itself, with that or something else. */
type Around = (name: string, args: unknown[], call: (given?: unknown[]) => unknown) => unknown;

/**
 * The same object, but each call of a method goes through `around`. The method runs on the object
 * itself, since on a proxy its private fields are out of reach.
 */
export function intercept<Target extends object>(target: Target, around: Around): Target {
  return new Proxy(target, {
    get(_target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      return (...args: unknown[]) =>
        around(name, args, (given = args) => Reflect.apply(value, target, given));
    },
  });
}
