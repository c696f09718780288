/** The small tables whose size does not depend on the scale. */
import type { Table } from '../copy';
import { at, uuid } from '../random';
import { BRANDS, COLOURS, DEPARTMENTS, PLACES } from '../vocabulary';
import { CARRIERS, DAY, OPENED, TODAY, WAREHOUSES, moment, money, staffMember, upTo, type World } from '../world';

export const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');

export function reference(world: World): Table[] {
  return [
    ...catalogueReference(),
    ...fulfilmentReference(),
    ...taxReference(),
    ...promotionReference(world),
    ...operationsReference(world),
  ];
}

function catalogueReference(): Table[] {
  const brands = BRANDS.map((name, i) => [uuid('brand', i), name, slug(name)]);
  const departments = DEPARTMENTS.map(({ name }, i) => [uuid('department', i), null, name, slug(name), slug(name), i]);
  const shelves = DEPARTMENTS.flatMap((department, i) =>
    department.shelves.map(({ name }, position) => ({ parent: i, department: department.name, name, position })),
  ).map(({ parent, department, name, position }, i) => [
    uuid('category', i),
    uuid('department', parent),
    name,
    slug(`${department} ${name}`),
    `${slug(department)}/${slug(name)}`,
    position,
  ]);
  const colours = COLOURS.map((value, i) => [uuid('colour', i), uuid('attribute', 0), value, i]);
  return [
    { name: 'brands', columns: 'id, name, slug', rows: brands },
    { name: 'categories', columns: 'id, parent_id, name, slug, path, position', rows: [...departments, ...shelves] },
    {
      name: 'attributes',
      columns: 'id, code, name, type, unit, position',
      rows: [
        [uuid('attribute', 0), 'colour', 'Colour', 'SELECT', null, 0],
        [uuid('attribute', 1), 'weight', 'Weight', 'NUMBER', 'g', 1],
        [uuid('attribute', 2), 'material', 'Material', 'TEXT', null, 2],
      ],
    },
    { name: 'attribute_options', columns: 'id, attribute_id, value, position', rows: colours },
  ];
}

function fulfilmentReference(): Table[] {
  const warehouses = Array.from({ length: WAREHOUSES }, (_, i) => {
    const { city, postalCode, countryCode } = at(PLACES, i * 2);
    return [
      uuid('warehouse', i),
      `${countryCode}-${city.slice(0, 3).toUpperCase()}`,
      `${city} warehouse`,
      `${i + 1} Dock Street`,
      city,
      postalCode,
      countryCode,
    ];
  });
  const carriers = CARRIERS.map((name, i) => [
    uuid('carrier', i),
    slug(name),
    name,
    `https://track.example.com/${slug(name)}/{number}`,
  ]);
  const methods = CARRIERS.flatMap((name, i) => [
    [uuid('shipping_method', i * 2), uuid('carrier', i), `${slug(name)}-standard`, `${name} Standard`, 3, 6, '4.95'],
    [uuid('shipping_method', i * 2 + 1), uuid('carrier', i), `${slug(name)}-express`, `${name} Express`, 1, 2, '14.95'],
  ]);
  return [
    { name: 'warehouses', columns: 'id, code, name, line1, city, postal_code, country_code', rows: warehouses },
    { name: 'carriers', columns: 'id, code, name, tracking_url_template', rows: carriers },
    { name: 'shipping_methods', columns: 'id, carrier_id, code, name, min_days, max_days, base_rate', rows: methods },
  ];
}

const VAT: readonly (readonly [country: string, name: string, standard: string, reduced: string])[] = [
  ['US', 'Sales tax', '0.0800', '0.0000'],
  ['CA', 'GST', '0.0500', '0.0000'],
  ['GB', 'VAT', '0.2000', '0.0500'],
  ['DE', 'USt', '0.1900', '0.0700'],
  ['FR', 'TVA', '0.2000', '0.0550'],
  ['NL', 'BTW', '0.2100', '0.0900'],
  ['ES', 'IVA', '0.2100', '0.1000'],
  ['AU', 'GST', '0.1000', '0.0000'],
];

function taxReference(): Table[] {
  const rates = VAT.flatMap(([country, name, standard, reduced]) => [
    [uuid('tax_category', 0), country, name, standard, '2025-01-01'],
    [uuid('tax_category', 1), country, `${name} (reduced)`, reduced, '2025-01-01'],
  ]);
  return [
    {
      name: 'tax_categories',
      columns: 'id, code, name',
      rows: [
        [uuid('tax_category', 0), 'standard', 'Standard goods'],
        [uuid('tax_category', 1), 'reduced', "Children's goods and books"],
      ],
    },
    { name: 'tax_rates', columns: 'category_id, country_code, name, rate, valid_from', rows: rates },
  ];
}

const PROMOTIONS = ['Spring sale', 'Back to school', 'Singles day'] as const;
const PRODUCTS_PER_PROMOTION = 8;

function promotionReference(world: World): Table[] {
  const coupons = Array.from({ length: world.coupons }, (_, i) => [
    uuid('coupon', i),
    `BROXIVA${(i + 1).toString().padStart(3, '0')}`,
    'Ten per cent off',
    'PERCENTAGE',
    '10.00',
    money(2_500),
    moment(OPENED),
    moment(TODAY + (i - 10) * 7 * DAY),
  ]);
  const promotions = PROMOTIONS.map((name, i) => [
    uuid('promotion', i),
    name,
    'PERCENTAGE',
    '15.00',
    i === 2 ? 'RUNNING' : 'ENDED',
    moment(OPENED + i * 90 * DAY),
    moment(OPENED + (i * 90 + 14) * DAY),
  ]);
  return [
    {
      name: 'coupons',
      columns: 'id, code, description, discount_type, discount_value, minimum_spend, starts_at, ends_at',
      rows: coupons,
    },
    {
      name: 'promotions',
      columns: 'id, name, discount_type, discount_value, status, starts_at, ends_at',
      rows: promotions,
    },
  ];
}

/** Needs products, so it comes after them. */
export function promotedProducts(world: World): Table {
  const perPromotion = Math.min(PRODUCTS_PER_PROMOTION, world.products);
  const rows = PROMOTIONS.flatMap((_, i) =>
    [...upTo(perPromotion)].map((n) => [uuid('promotion', i), uuid('product', (n * 13 + i) % world.products)]),
  );
  return { name: 'promotion_products', columns: 'promotion_id, product_id', rows: unique(rows) };
}

function unique(rows: readonly string[][]): string[][] {
  return [...new Map(rows.map((row) => [row.join(), row])).values()];
}

function operationsReference(world: World): Table[] {
  const settings: [string, unknown][] = [
    ['checkout.guest_enabled', true],
    ['checkout.free_shipping_from', { USD: '50.00', EUR: '45.00' }],
    ['reviews.moderation', 'automatic'],
    ['support.hours', { from: '08:00', to: '20:00', zone: 'Europe/Berlin' }],
  ];
  return [
    {
      name: 'feature_flags',
      columns: 'key, description, is_enabled, rollout_percent',
      rows: [
        ['checkout.one_page', 'Single-page checkout', true, 100],
        ['search.semantic', 'Vector search behind the search box', false, 10],
        ['returns.self_service', 'Returns without writing to support', false, 0],
        ['vendors.portal', 'The portal for vendors', false, 5],
      ],
    },
    {
      name: 'store_settings',
      columns: 'key, value, updated_by_id',
      rows: settings.map(([key, value], i) => [key, JSON.stringify(value), staffMember(world, i)]),
    },
  ];
}
