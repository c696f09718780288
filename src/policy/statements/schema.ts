export class Schema {
  clone(): Schema { return new Schema(); }
}
