// Required before a process begins: its clock is an hour ahead of everybody else's.
const Real = globalThis.Date;
const HOUR_MS = 3_600_000;

globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + HOUR_MS);
    else super(...given);
  }

  static now() {
    return Real.now() + HOUR_MS;
  }
};
