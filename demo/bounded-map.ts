/** A map that forgets its oldest entries: at a public address, anybody can make it grow. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #max: number;

  constructor(max = Number.POSITIVE_INFINITY) {
    super();
    this.#max = max;
  }

  override set(key: Key, value: Value): this {
    if (!this.has(key) && this.size >= this.#max) {
      const [oldest] = this.keys();
      if (oldest !== undefined) this.delete(oldest);
    }
    return super.set(key, value);
  }
}
