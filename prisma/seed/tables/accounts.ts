/** People: users, how they sign in, and where they live. */
import type { Row, Table } from '../copy';
import { at, hash, Random, uuid } from '../random';
import { FIRST_NAMES, LAST_NAMES, STREETS, USER_AGENTS } from '../vocabulary';
import {
  DAY,
  HOUR,
  OPENED,
  TODAY,
  hasBillingAddress,
  moment,
  placeOf,
  someCustomer,
  textArray,
  upTo,
  type World,
} from '../world';

export function accounts(world: World): Table[] {
  return [
    {
      name: 'users',
      columns:
        'id, email, password_hash, display_name, phone, role, status, ' +
        'locale, marketing_opt_in, email_verified_at, created_at',
      rows: users(world),
    },
    { name: 'oauth_accounts', columns: 'user_id, provider, provider_account_id, scopes', rows: oauthAccounts(world) },
    {
      name: 'sessions',
      columns: 'user_id, token_hash, user_agent, ip_address, expires_at, created_at',
      rows: sessions(world),
    },
    {
      name: 'addresses',
      columns: 'id, user_id, type, recipient, line1, city, region, postal_code, country_code, is_default',
      rows: addresses(world),
    },
    {
      name: 'payment_methods',
      columns: 'id, user_id, provider, provider_token, type, brand, last_four, expires_month, expires_year, is_default',
      rows: paymentMethods(world),
    },
    {
      name: 'notification_preferences',
      columns: 'user_id, channel, topic, is_enabled',
      rows: notificationPreferences(world),
    },
  ];
}

const nameOf = (user: number): { first: string; last: string } => {
  const random = new Random('name', user);
  return { first: random.pick(FIRST_NAMES), last: random.pick(LAST_NAMES) };
};

/** One in eight signed up through Google or Apple and never chose a password. */
const cameThroughProvider = (user: number): boolean => user % 8 === 7;

export const emailOf = (user: number): string => {
  const { first, last } = nameOf(user);
  return `${first}.${last}${user}@example.com`.toLowerCase();
};

/** Unique up to 8 billion users: multiplying by a number coprime with the modulus is a bijection. */
const phoneOf = (user: number): string => `+1${2_000_000_000 + ((user * 7919) % 7_999_999_993)}`;

function* users(world: World): Generator<Row> {
  const namesOptional = world.takesNull('users.display_name');
  for (const i of upTo(world.users)) {
    const random = new Random('user', i);
    const { first, last } = nameOf(i);
    const joined = OPENED + Math.floor(random.next() ** 2 * (TODAY - OPENED - DAY));
    const role = i < world.sellers ? 'VENDOR' : i < world.customersFrom ? 'ADMIN' : 'CUSTOMER';
    yield [
      uuid('user', i),
      emailOf(i),
      cameThroughProvider(i) ? null : `$2b$12$${hash('password', i).slice(0, 53)}`,
      namesOptional && cameThroughProvider(i) ? null : `${first} ${last}`,
      random.chance(0.6) ? phoneOf(i) : null,
      role,
      random.chance(0.98) ? 'ACTIVE' : 'SUSPENDED',
      placeOf(i).locale,
      random.chance(0.35),
      random.chance(0.9) ? moment(joined + HOUR) : null,
      moment(joined),
    ];
  }
}

function* oauthAccounts(world: World): Generator<Row> {
  for (const i of upTo(world.users)) {
    if (!cameThroughProvider(i)) continue;
    const provider = i % 16 === 7 ? 'google' : 'apple';
    yield [uuid('user', i), provider, hash('oauth', i).slice(0, 21), textArray(['openid', 'email', 'profile'])];
  }
}

function* sessions(world: World): Generator<Row> {
  for (const i of upTo(world.sessions)) {
    const random = new Random('session', i);
    const user = someCustomer(world, random);
    const begun = TODAY - random.int(0, 30 * 24) * HOUR;
    yield [
      uuid('user', user),
      hash('session', i),
      random.pick(USER_AGENTS),
      `203.0.113.${random.int(1, 254)}`,
      moment(begun + 30 * DAY),
      moment(begun),
    ];
  }
}

function* addresses(world: World): Generator<Row> {
  for (const i of upTo(world.users)) {
    const { first, last } = nameOf(i);
    const { city, region, postalCode, countryCode } = placeOf(i);
    const street = (n: number): string => `${(i % 180) + 1} ${at(STREETS, i + n)}`;
    const rest = [city, region, postalCode, countryCode, true] as const;
    yield [uuid('address', i * 2), uuid('user', i), 'SHIPPING', `${first} ${last}`, street(0), ...rest];
    if (hasBillingAddress(i))
      yield [uuid('address', i * 2 + 1), uuid('user', i), 'BILLING', `${first} ${last}`, street(5), ...rest];
  }
}

/** Every second user keeps a card on file. */
export const paymentMethodOf = (user: number): string | null => (user % 2 === 0 ? uuid('payment_method', user) : null);

function* paymentMethods(world: World): Generator<Row> {
  for (const i of upTo(world.users)) {
    const id = paymentMethodOf(i);
    if (id === null) continue;
    const random = new Random('payment_method', i);
    const lastFour = random.int(0, 9999).toString().padStart(4, '0');
    yield [
      id,
      uuid('user', i),
      'STRIPE',
      `pm_${hash('payment_method', i).slice(0, 24)}`,
      'CARD',
      random.pick(['visa', 'mastercard', 'amex']),
      lastFour,
      random.int(1, 12),
      random.int(2026, 2030),
      true,
    ];
  }
}

function* notificationPreferences(world: World): Generator<Row> {
  for (const i of upTo(world.users)) {
    if (i % 5 !== 0) continue;
    yield [uuid('user', i), 'EMAIL', 'offers', false];
    yield [uuid('user', i), 'PUSH', 'order_updates', true];
  }
}
