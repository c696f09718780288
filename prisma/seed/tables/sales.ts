/** Orders and the money that moved for them. */
import type { Row, Table } from '../copy';
import { allOrders, type Order } from '../orders';
import { hash, uuid } from '../random';
import {
  DAY,
  HOUR,
  OPENED,
  hasBillingAddress,
  moment,
  money,
  productOf,
  staffMember,
  variantOf,
  type World,
} from '../world';
import { paymentMethodOf } from './accounts';

export function sales(world: World): Table[] {
  return [...orderTables(world), ...moneyTables(world)];
}

function orderTables(world: World): Table[] {
  return [
    {
      name: 'orders',
      columns:
        'id, order_number, user_id, shipping_address_id, billing_address_id, status, channel, subtotal, ' +
        'discount_total, shipping_total, tax_total, grand_total, placed_at, cancelled_at, created_at, updated_at',
      rows: orders(world),
    },
    {
      name: 'order_items',
      columns:
        'id, order_id, product_id, variant_id, product_name, sku, ' +
        'quantity, unit_price, tax_amount, line_total, created_at',
      rows: orderItems(world),
    },
    {
      name: 'order_status_history',
      columns: 'order_id, from_status, to_status, changed_by_id, created_at',
      rows: statusHistory(world),
    },
    {
      name: 'coupon_redemptions',
      columns: 'coupon_id, order_id, user_id, amount, created_at',
      rows: redemptions(world),
    },
  ];
}

function moneyTables(world: World): Table[] {
  return [
    {
      name: 'payments',
      columns: 'id, order_id, provider, provider_reference, status, amount, authorized_at, captured_at, created_at',
      rows: payments(world),
    },
    {
      name: 'payment_attempts',
      columns: 'payment_id, method_id, status, response_code, created_at',
      rows: attempts(world),
    },
    {
      name: 'refunds',
      columns: 'id, order_id, payment_id, reason, status, amount, requested_by_id, processed_at, created_at',
      rows: refunds(world),
    },
    { name: 'refund_items', columns: 'refund_id, order_item_id, quantity, amount', rows: refundItems(world) },
    {
      name: 'invoices',
      columns:
        'id, invoice_number, order_id, status, subtotal, tax_total, total, issued_at, due_at, paid_at, created_at',
      rows: invoices(world),
    },
    {
      name: 'invoice_lines',
      columns: 'invoice_id, order_item_id, description, quantity, unit_price, tax_rate, line_total',
      rows: invoiceLines(world),
    },
  ];
}

/** The app came in summer; orders from before say nothing about their channel, as long as the column lets them. */
const APP_LAUNCHED = OPENED + 60 * DAY;

function channelOf(world: World, order: Order): string | null {
  if (order.placedAt < APP_LAUNCHED) return world.takesNull('orders.channel') ? null : 'WEB';
  return order.index % 3 === 0 ? 'MOBILE_APP' : 'WEB';
}

function* orders(world: World): Generator<Row> {
  for (const order of allOrders(world)) {
    const { index, customer, placedAt } = order;
    const cancelledAt = order.status === 'CANCELLED' ? placedAt + 2 * HOUR : null;
    const lastChange = cancelledAt ?? order.shippedAt ?? placedAt;
    yield [
      order.id,
      `BRX-${(index + 1).toString().padStart(10, '0')}`,
      uuid('user', customer),
      uuid('address', customer * 2),
      hasBillingAddress(customer) ? uuid('address', customer * 2 + 1) : null,
      order.status,
      channelOf(world, order),
      money(order.subtotal),
      money(order.discount),
      money(order.shipping),
      money(order.tax),
      money(order.total),
      moment(placedAt),
      cancelledAt === null ? null : moment(cancelledAt),
      moment(placedAt),
      moment(lastChange),
    ];
  }
}

function* orderItems(world: World): Generator<Row> {
  for (const order of allOrders(world)) {
    for (const line of order.lines) {
      const { product, sku } = variantOf(line.variant);
      yield [
        line.id,
        order.id,
        uuid('product', product),
        uuid('variant', line.variant),
        productOf(product).name,
        sku,
        line.quantity,
        money(line.unitCents),
        money(line.taxCents),
        money(line.totalCents),
        moment(order.placedAt),
      ];
    }
  }
}

function* statusHistory(world: World): Generator<Row> {
  for (const order of allOrders(world)) {
    yield [order.id, null, 'PENDING', null, moment(order.placedAt)];
    if (order.status !== 'PENDING') {
      const by = order.status === 'CANCELLED' ? staffMember(world, order.index) : null;
      yield [order.id, 'PENDING', order.status, by, moment(order.shippedAt ?? order.placedAt + 2 * HOUR)];
    }
  }
}

function* redemptions(world: World): Generator<Row> {
  for (const { id, coupon, customer, discount, placedAt } of allOrders(world)) {
    if (coupon !== null) yield [uuid('coupon', coupon), id, uuid('user', customer), money(discount), moment(placedAt)];
  }
}

function paymentStatus(order: Order): string {
  if (order.status === 'CANCELLED' || order.status === 'REFUNDED') return order.status;
  return order.shippedAt === null ? 'AUTHORIZED' : 'CAPTURED';
}

const paymentOf = (order: Order): string => uuid('payment', order.index);

function* payments(world: World): Generator<Row> {
  for (const order of allOrders(world)) {
    const provider = order.index % 5 === 4 ? 'PAYPAL' : 'STRIPE';
    const reference = `${provider === 'STRIPE' ? 'ch' : 'pp'}_${hash('charge', order.index).slice(0, 24)}`;
    const captured = order.shippedAt === null ? null : moment(order.shippedAt);
    const placed = moment(order.placedAt);
    yield [
      paymentOf(order),
      order.id,
      provider,
      reference,
      paymentStatus(order),
      money(order.total),
      placed,
      captured,
      placed,
    ];
  }
}

function* attempts(world: World): Generator<Row> {
  for (const order of allOrders(world)) {
    const method = paymentMethodOf(order.customer);
    if (order.index % 20 === 0) yield [paymentOf(order), method, 'FAILED', 'card_declined', moment(order.placedAt)];
    yield [paymentOf(order), method, 'AUTHORIZED', 'approved', moment(order.placedAt)];
  }
}

const refundOf = (order: Order): string => uuid('refund', order.index);

function* refunds(world: World): Generator<Row> {
  for (const order of allOrders(world)) {
    if (order.status !== 'REFUNDED') continue;
    const asked = order.placedAt + 7 * DAY;
    const reason = order.index % 2 === 0 ? 'DAMAGED' : 'CUSTOMER_REQUEST';
    yield [
      refundOf(order),
      order.id,
      paymentOf(order),
      reason,
      'PROCESSED',
      money(order.total),
      uuid('user', order.customer),
      moment(asked + DAY),
      moment(asked),
    ];
  }
}

function* refundItems(world: World): Generator<Row> {
  for (const order of allOrders(world)) {
    if (order.status !== 'REFUNDED') continue;
    for (const line of order.lines)
      yield [refundOf(order), line.id, line.quantity, money(line.totalCents + line.taxCents)];
  }
}

const invoiceOf = (order: Order): string => uuid('invoice', order.index);

/** An invoice is written when the goods leave. */
function* invoices(world: World): Generator<Row> {
  for (const order of allOrders(world)) {
    if (order.shippedAt === null) continue;
    const issued = moment(order.shippedAt);
    const net = order.subtotal - order.discount + order.shipping;
    yield [
      invoiceOf(order),
      `INV-${(order.index + 1).toString().padStart(10, '0')}`,
      order.id,
      'PAID',
      money(net),
      money(order.tax),
      money(order.total),
      issued,
      moment(order.shippedAt + 14 * DAY),
      issued,
      issued,
    ];
  }
}

function* invoiceLines(world: World): Generator<Row> {
  for (const order of allOrders(world)) {
    if (order.shippedAt === null) continue;
    for (const line of order.lines) {
      const { name } = productOf(variantOf(line.variant).product);
      yield [invoiceOf(order), line.id, name, line.quantity, money(line.unitCents), '0.0800', money(line.totalCents)];
    }
  }
}
