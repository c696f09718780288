/** What is for sale, and how much of it lies where. */
import type { Row, Table } from '../copy';
import { at, Random, uuid } from '../random';
import { COLOURS, TAGS } from '../vocabulary';
import {
  DAY,
  OPENED,
  TODAY,
  VARIANTS_PER_PRODUCT,
  WAREHOUSES,
  moment,
  money,
  productOf,
  staffMember,
  textArray,
  upTo,
  variantOf,
  type World,
} from '../world';
import { averageRating, reviewsOf } from './engagement';
import { slug } from './reference';

export function catalogue(world: World): Table[] {
  return [
    {
      name: 'products',
      columns:
        'id, seller_id, brand_id, name, slug, description, status, condition, base_price, ' +
        'compare_at_price, rating_average, rating_count, tags, published_at, created_at',
      rows: products(world),
    },
    { name: 'product_images', columns: 'product_id, url, alt_text, position, width, height', rows: images(world) },
    { name: 'product_categories', columns: 'product_id, category_id, is_primary', rows: categories(world) },
    {
      name: 'product_variants',
      columns: 'id, product_id, sku, barcode, title, price, cost_price, weight_grams, position',
      rows: variants(world),
    },
    { name: 'variant_attribute_values', columns: 'variant_id, option_id', rows: variantColours(world) },
    {
      name: 'product_attribute_values',
      columns: 'product_id, attribute_id, number_value',
      rows: productWeights(world),
    },
    {
      name: 'inventory_items',
      columns: 'id, variant_id, warehouse_id, on_hand, reorder_point, bin_location',
      rows: inventory(world),
    },
    {
      name: 'stock_movements',
      columns: 'inventory_item_id, type, quantity, reference, performed_by_id, created_at',
      rows: receipts(world),
    },
  ];
}

const weightOf = (product: number): number => new Random('weight', product).int(60, 4_800);
const stockOf = (variant: number): number => new Random('stock', variant).int(0, 400);
const createdAt = (product: number): number => OPENED + new Random('listed', product).int(0, 240) * DAY;

function* products(world: World): Generator<Row> {
  for (const i of upTo(world.products)) {
    const random = new Random('listing', i);
    const { name, brand, cents, draft } = productOf(i);
    const reviews = reviewsOf(world, i);
    yield [
      uuid('product', i),
      uuid('user', i % world.sellers),
      uuid('brand', brand),
      name,
      `${slug(name)}-${i}`,
      `${name}. Ships within two working days.`,
      draft ? 'DRAFT' : random.chance(0.95) ? 'ACTIVE' : 'OUT_OF_STOCK',
      random.chance(0.93) ? 'NEW' : 'REFURBISHED',
      money(cents),
      random.chance(0.2) ? money(Math.round(cents * 1.25)) : null,
      averageRating(reviews),
      reviews.length,
      textArray(random.chance(0.5) ? [random.pick(TAGS)] : []),
      draft ? null : moment(createdAt(i) + DAY),
      moment(createdAt(i)),
    ];
  }
}

function* images(world: World): Generator<Row> {
  for (const i of upTo(world.products)) {
    for (const position of [0, 1]) {
      yield [
        uuid('product', i),
        `https://images.example.com/products/${i}/${position}.webp`,
        productOf(i).name,
        position,
        1600,
        1600,
      ];
    }
  }
}

function* categories(world: World): Generator<Row> {
  for (const i of upTo(world.products)) yield [uuid('product', i), uuid('category', productOf(i).shelf), true];
}

function* variants(world: World): Generator<Row> {
  for (const i of upTo(world.variants)) {
    const { product, sku, title, cents } = variantOf(i);
    const barcode = (4_000_000_000_000 + i).toString();
    yield [
      uuid('variant', i),
      uuid('product', product),
      sku,
      barcode,
      title,
      money(cents),
      money(Math.round(cents * 0.6)),
      weightOf(product),
      i % VARIANTS_PER_PRODUCT,
    ];
  }
}

function* variantColours(world: World): Generator<Row> {
  for (const i of upTo(world.variants)) {
    const { title } = variantOf(i);
    yield [
      uuid('variant', i),
      uuid(
        'colour',
        COLOURS.findIndex((colour) => colour === title),
      ),
    ];
  }
}

function* productWeights(world: World): Generator<Row> {
  for (const i of upTo(world.products)) yield [uuid('product', i), uuid('attribute', 1), weightOf(i)];
}

function* inventory(world: World): Generator<Row> {
  for (const i of upTo(world.variants)) {
    const bin = `${at(['A', 'B', 'C', 'D'], i)}-${(i % 90) + 10}-${(i % 6) + 1}`;
    yield [uuid('inventory', i), uuid('variant', i), uuid('warehouse', i % WAREHOUSES), stockOf(i), 20, bin];
  }
}

function* receipts(world: World): Generator<Row> {
  for (const i of upTo(world.variants)) {
    const arrived = Math.min(createdAt(Math.floor(i / VARIANTS_PER_PRODUCT)) + 2 * DAY, TODAY);
    yield [
      uuid('inventory', i),
      'RECEIPT',
      stockOf(i),
      `ASN-${100_000 + Math.floor(i / 50)}`,
      staffMember(world, i),
      moment(arrived),
    ];
  }
}
