/** What order `index` is: every table about selling and shipping asks here, so that all of them agree. */
import { Random, uuid } from './random';
import { DAY, HOUR, OPENED, TODAY, someCustomer, variantOf, type World } from './world';

export type OrderStatus = 'PENDING' | 'CONFIRMED' | 'PROCESSING' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED' | 'REFUNDED';

export interface Line {
  id: string;
  variant: number;
  quantity: number;
  unitCents: number;
  taxCents: number;
  /** Without tax. */
  totalCents: number;
}

export interface Order {
  index: number;
  id: string;
  customer: number;
  status: OrderStatus;
  /** Milliseconds. */
  placedAt: number;
  /** Absent when the order never left the warehouse. Milliseconds. */
  shippedAt: number | null;
  /** Index of the coupon, if any. */
  coupon: number | null;
  lines: Line[];
  subtotal: number;
  discount: number;
  shipping: number;
  tax: number;
  /** In cents, like the parts above. */
  total: number;
}

const TAX_RATE = 0.08;
const FREE_SHIPPING_FROM = 5_000;
export const MAX_LINES = 4;

export function orderOf(world: World, index: number): Order {
  const random = new Random('order', index);
  const placedAt = OPENED + Math.floor(((index + random.next()) / world.orders) * (TODAY - OPENED));
  const customer = someCustomer(world, random);
  const status = statusAfter(TODAY - placedAt, random);
  const hasLeft = status === 'SHIPPED' || status === 'DELIVERED' || status === 'REFUNDED';
  const shippedAt = hasLeft ? placedAt + random.int(4, 40) * HOUR : null;
  const lines = linesOf(world, index, random);
  const subtotal = sum(lines, (line) => line.totalCents);
  const coupon = random.chance(0.08) ? random.int(0, world.coupons - 1) : null;
  const discount = coupon === null ? 0 : Math.round(subtotal * 0.1);
  const shipping = subtotal >= FREE_SHIPPING_FROM ? 0 : 495;
  const tax = sum(lines, (line) => line.taxCents);
  const total = subtotal - discount + shipping + tax;
  return {
    index,
    id: uuid('order', index),
    customer,
    status,
    placedAt,
    shippedAt,
    coupon,
    lines,
    subtotal,
    discount,
    shipping,
    tax,
    total,
  };
}

/** Every order, oldest first. */
export function* allOrders(world: World): Generator<Order> {
  for (let index = 0; index < world.orders; index++) yield orderOf(world, index);
}

/** The older the order, the further it has come. `age` in milliseconds. */
function statusAfter(age: number, random: Random): OrderStatus {
  if (random.chance(0.05)) return 'CANCELLED';
  if (age < DAY) return random.pick(['PENDING', 'CONFIRMED'] as const);
  if (age < 3 * DAY) return 'PROCESSING';
  if (age < 8 * DAY) return 'SHIPPED';
  return random.chance(0.03) ? 'REFUNDED' : 'DELIVERED';
}

function linesOf(world: World, order: number, random: Random): Line[] {
  const first = random.int(0, world.variants - 1);
  return Array.from({ length: random.int(1, MAX_LINES) }, (_, position) => {
    // An odd stride keeps the variants of one order apart.
    const variant = (first + position * 7919) % world.variants;
    const quantity = random.chance(0.8) ? 1 : random.int(2, 5);
    const unitCents = variantOf(variant).cents;
    const totalCents = unitCents * quantity;
    const id = uuid('order_item', order * MAX_LINES + position);
    return { id, variant, quantity, unitCents, taxCents: Math.round(totalCents * TAX_RATE), totalCents };
  });
}

function sum(lines: readonly Line[], part: (line: Line) => number): number {
  return lines.reduce((total, line) => total + part(line), 0);
}
