/** A map whose copies share what they have in common: a schema is copied for every script, and most change little of it. */

/** Changes that a copy carries along; with more of them it pays to make them the ground that all later copies share. */
const FEW = 48;

export class SharedMap<V> {
  constructor(
    /** Never written again: copies read it, too. */
    private ground: ReadonlyMap<string, V> = new Map<string, V>(),
    /** What is not, or not so, in the ground. */
    private changed = new Map<string, V>(),
    /** Keys of the ground that are not there any more, or have gone and come again: then they come last, as in any map. */
    private gone = new Set<string>(),
    /** False while a copy reads the same changes: whoever writes first takes some of its own. */
    private ownsChanges = true,
  ) {}

  clone(): SharedMap<V> {
    if (this.changed.size + this.gone.size > FEW) this.settle();
    this.ownsChanges = false;
    return new SharedMap(this.ground, this.changed, this.gone, false);
  }

  get(key: string): V | undefined {
    return this.changed.get(key) ?? (this.gone.has(key) ? undefined : this.ground.get(key));
  }

  has(key: string): boolean {
    return this.changed.has(key) || (this.ground.has(key) && !this.gone.has(key));
  }

  get size(): number {
    let size = this.ground.size - this.gone.size;
    for (const key of this.changed.keys()) if (this.gone.has(key) || !this.ground.has(key)) size++;
    return size;
  }

  set(key: string, value: V): void {
    this.own();
    this.changed.set(key, value);
  }

  delete(key: string): void {
    this.own();
    this.changed.delete(key);
    if (this.ground.has(key)) this.gone.add(key);
  }

  /** In the order in which their keys were set first. */
  values(): V[] {
    return this.where(() => true);
  }

  /** Those of the values of which it is true, in the same order. */
  where(isMeant: (value: V) => boolean): V[] {
    const found: V[] = [];
    this.forEach((value) => {
      if (isMeant(value)) found.push(value);
    });
    return found;
  }

  private forEach(visit: (value: V, key: string) => void): void {
    this.ground.forEach((value, key) => {
      if (!this.gone.has(key)) visit(this.changed.get(key) ?? value, key);
    });
    this.changed.forEach((value, key) => {
      if (this.gone.has(key) || !this.ground.has(key)) visit(value, key);
    });
  }

  private own(): void {
    if (this.ownsChanges) return;
    this.changed = new Map(this.changed);
    this.gone = new Set(this.gone);
    this.ownsChanges = true;
  }

  private settle(): void {
    const ground = new Map<string, V>();
    this.forEach((value, key) => ground.set(key, value));
    this.ground = ground;
    this.changed = new Map();
    this.gone = new Set();
    this.ownsChanges = true;
  }
}
