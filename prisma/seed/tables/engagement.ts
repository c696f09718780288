/** What customers do besides buying: reviews, questions, wishlists, searches, carts. */
import type { Row, Table } from '../copy';
import { hash, Random, uuid } from '../random';
import { QUESTIONS, REVIEW_BODIES, REVIEW_TITLES, SEARCHES } from '../vocabulary';
import {
  DAY,
  HOUR,
  OPENED,
  TODAY,
  VARIANTS_PER_PRODUCT,
  moment,
  money,
  someCustomer,
  upTo,
  variantOf,
  type World,
} from '../world';

export function engagement(world: World): Table[] {
  return [
    {
      name: 'reviews',
      columns: 'id, product_id, user_id, rating, title, body, status, helpful_count, published_at, created_at',
      rows: reviews(world),
    },
    { name: 'review_images', columns: 'review_id, url, position', rows: reviewImages(world) },
    { name: 'review_votes', columns: 'review_id, user_id, is_helpful', rows: reviewVotes(world) },
    { name: 'product_questions', columns: 'id, product_id, asked_by_id, body, is_published', rows: questions(world) },
    { name: 'product_answers', columns: 'question_id, answered_by_id, body, is_from_seller', rows: answers(world) },
    { name: 'wishlists', columns: 'id, user_id, name', rows: wishlists(world) },
    { name: 'wishlist_items', columns: 'wishlist_id, product_id', rows: wishlistItems(world) },
    {
      name: 'search_queries',
      columns: 'user_id, query, result_count, clicked_product_id, created_at',
      rows: searches(world),
    },
    { name: 'carts', columns: 'id, user_id, session_token, status, expires_at, created_at', rows: carts(world) },
    { name: 'cart_items', columns: 'cart_id, variant_id, quantity, unit_price', rows: cartItems(world) },
  ];
}

interface Review {
  id: string;
  customer: number;
  /** 1 to 5. */
  rating: number;
  /** Milliseconds. */
  writtenAt: number;
}

const MAX_REVIEWS = 12;

/** One product in ten is talked about; consecutive customers keep (user, product) unique. */
export function reviewsOf(world: World, product: number): Review[] {
  const random = new Random('reviews', product);
  const customers = world.users - world.customersFrom;
  const count = random.chance(0.1) ? Math.min(random.int(1, MAX_REVIEWS), customers) : 0;
  const first = random.int(0, customers - 1);
  return Array.from({ length: count }, (_, n) => ({
    id: uuid('review', product * MAX_REVIEWS + n),
    customer: world.customersFrom + ((first + n) % customers),
    rating: random.chance(0.75) ? random.int(4, 5) : random.int(1, 3),
    writtenAt: OPENED + random.int(90, 270) * DAY,
  }));
}

/** For products.rating_average, DECIMAL(3, 2). */
export function averageRating(ratings: readonly Review[]): string | null {
  if (ratings.length === 0) return null;
  return (ratings.reduce((sum, review) => sum + review.rating, 0) / ratings.length).toFixed(2);
}

function* allReviews(world: World): Generator<Review & { product: number }> {
  for (const product of upTo(world.products)) {
    for (const review of reviewsOf(world, product)) yield { ...review, product };
  }
}

function* reviews(world: World): Generator<Row> {
  for (const { id, product, customer, rating, writtenAt } of allReviews(world)) {
    const random = new Random('review_text', product * 31 + customer);
    const written = moment(writtenAt);
    const title = rating >= 4 ? random.pick(REVIEW_TITLES.slice(0, 4)) : 'Not for me';
    yield [
      id,
      uuid('product', product),
      uuid('user', customer),
      rating,
      title,
      random.pick(REVIEW_BODIES),
      'PUBLISHED',
      1,
      written,
      written,
    ];
  }
}

function* reviewImages(world: World): Generator<Row> {
  for (const { id, customer } of allReviews(world)) {
    if (customer % 6 === 0) yield [id, `https://images.example.com/reviews/${id}.webp`, 0];
  }
}

/** Somebody found each review helpful; reviews.helpful_count says so too. */
function* reviewVotes(world: World): Generator<Row> {
  for (const { id, customer } of allReviews(world)) {
    const voter = customer + 1 < world.users ? customer + 1 : world.customersFrom;
    yield [id, uuid('user', voter), true];
  }
}

function* questions(world: World): Generator<Row> {
  for (const i of upTo(world.products)) {
    if (i % 12 !== 0) continue;
    const random = new Random('question', i);
    yield [
      uuid('question', i),
      uuid('product', i),
      uuid('user', someCustomer(world, random)),
      random.pick(QUESTIONS),
      true,
    ];
  }
}

function* answers(world: World): Generator<Row> {
  for (const i of upTo(world.products)) {
    if (i % 24 === 0)
      yield [
        uuid('question', i),
        uuid('user', i % world.sellers),
        'Yes. Details are in the description now, thank you for asking.',
        true,
      ];
  }
}

function* wishlists(world: World): Generator<Row> {
  for (const i of upTo(world.users)) if (i % 4 === 0) yield [uuid('wishlist', i), uuid('user', i), 'Favourites'];
}

function* wishlistItems(world: World): Generator<Row> {
  for (const i of upTo(world.users)) {
    if (i % 4 !== 0) continue;
    const first = new Random('wishlist', i).int(0, world.products - 1);
    for (const n of [0, 1, 2]) yield [uuid('wishlist', i), uuid('product', (first + n) % world.products)];
  }
}

function* searches(world: World): Generator<Row> {
  for (const i of upTo(world.searches)) {
    const random = new Random('search', i);
    const clicked = random.chance(0.4) ? uuid('product', random.int(0, world.products - 1)) : null;
    const searcher = random.chance(0.5) ? uuid('user', someCustomer(world, random)) : null;
    yield [
      searcher,
      random.pick(SEARCHES),
      random.int(clicked === null ? 0 : 1, 240),
      clicked,
      moment(TODAY - random.int(0, 60 * 24) * HOUR),
    ];
  }
}

function* carts(world: World): Generator<Row> {
  for (const i of upTo(world.carts)) {
    const random = new Random('cart', i);
    const touched = TODAY - random.int(1, 20 * 24) * HOUR;
    const owner = random.chance(0.7) ? uuid('user', someCustomer(world, random)) : null;
    const token = owner === null ? hash('cart', i) : null;
    yield [
      uuid('cart', i),
      owner,
      token,
      random.chance(0.6) ? 'ABANDONED' : 'OPEN',
      moment(touched + 30 * DAY),
      moment(touched),
    ];
  }
}

function* cartItems(world: World): Generator<Row> {
  for (const i of upTo(world.carts)) {
    const first = new Random('cart_item', i).int(0, world.variants - 1);
    for (const n of [0, 1]) {
      const variant = (first + n * VARIANTS_PER_PRODUCT) % world.variants;
      yield [uuid('cart', i), uuid('variant', variant), 1, money(variantOf(variant).cents)];
    }
  }
}
