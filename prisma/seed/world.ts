/** How many of everything there are at a scale, and the facts that several tables must agree on. */
import { at, Random, uuid } from './random';
import { BRANDS, COLOURS, DEPARTMENTS, PLACES, QUALITIES, type Place } from './vocabulary';

/** The shop opened with the first migration; nothing is newer than the eve of the pending ones. Milliseconds. */
export const OPENED = Date.UTC(2025, 1, 10, 10);
export const TODAY = Date.UTC(2025, 10, 16, 22);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const WAREHOUSES = 6;
export const CARRIERS = ['UPS', 'FedEx', 'DHL', 'Royal Mail', 'PostNL'] as const;
export const VARIANTS_PER_PRODUCT = 2;

export interface World {
  users: number;
  /** Users [0, sellers) sell, [sellers, customersFrom) are staff, the rest buy. */
  sellers: number;
  customersFrom: number;
  products: number;
  variants: number;
  orders: number;
  carts: number;
  sessions: number;
  coupons: number;
  notifications: number;
  searches: number;
  auditEntries: number;
  tickets: number;
  /** Whether `table.column` still takes NULL: not once a pending migration has made it required. */
  takesNull(column: string): boolean;
}

/** Scale 1 is a shop after its first weeks (2,000 users, 10,000 orders); everything grows in proportion. */
export function worldOf(scale: number, takesNull: World['takesNull']): World {
  const count = (base: number, least = 1): number => Math.max(least, Math.round(base * scale));
  const users = count(2_000, 20);
  const sellers = Math.max(2, Math.floor(users * 0.02));
  const products = count(5_000, 10);
  return {
    users,
    sellers,
    customersFrom: sellers + Math.max(2, Math.floor(users * 0.0025)),
    products,
    variants: products * VARIANTS_PER_PRODUCT,
    orders: count(10_000, 10),
    carts: count(1_000),
    sessions: count(1_500),
    coupons: 40,
    notifications: count(5_000),
    searches: count(5_000),
    auditEntries: count(5_000),
    tickets: count(300),
    takesNull,
  };
}

export function* upTo(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i;
}

/** A moment for a TIMESTAMPTZ column, from milliseconds. */
export const moment = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** An amount for a DECIMAL(12, 2) column, from cents. */
export const money = (cents: number): string => (cents / 100).toFixed(2);

/** A literal for a TEXT[] column; the elements need no quoting. */
export const textArray = (elements: readonly string[]): string => `{${elements.join(',')}}`;

export const staffMember = (world: World, index: number): string =>
  uuid('user', world.sellers + (index % (world.customersFrom - world.sellers)));

/** The index of the customer that a stream of numbers chooses. */
export const someCustomer = (world: World, random: Random): number => random.int(world.customersFrom, world.users - 1);

export const placeOf = (user: number): Place => new Random('place', user).pick(PLACES);

/** Four customers in ten keep a billing address apart from the one they ship to. */
export const hasBillingAddress = (user: number): boolean => new Random('billing', user).chance(0.4);

const SHELVES = DEPARTMENTS.flatMap((department) => department.shelves);

/** What product `index` is, before any column is written. */
export function productOf(index: number): {
  name: string;
  brand: number;
  shelf: number;
  cents: number;
  draft: boolean;
} {
  const random = new Random('product', index);
  const shelf = random.int(0, SHELVES.length - 1);
  const brand = random.int(0, BRANDS.length - 1);
  const name = `${at(BRANDS, brand)} ${random.pick(QUALITIES)} ${random.pick(at(SHELVES, shelf).goods)}`;
  return { name, brand, shelf, cents: random.int(8, 240) * 100 - 5, draft: random.chance(0.06) };
}

export function variantOf(index: number): { product: number; sku: string; title: string; cents: number } {
  const product = Math.floor(index / VARIANTS_PER_PRODUCT);
  const position = index % VARIANTS_PER_PRODUCT;
  const colour = at(COLOURS, product + position * 3);
  const sku = `BRX-${product.toString(36).toUpperCase().padStart(6, '0')}-${colour.slice(0, 3).toUpperCase()}`;
  return { product, sku, title: colour, cents: productOf(product).cents + position * 200 };
}
