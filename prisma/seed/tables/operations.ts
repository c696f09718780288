/** Moving goods, telling customers about it, and keeping a record. */
import type { Row, Table } from '../copy';
import { allOrders, orderOf, type Order } from '../orders';
import { at, Random, uuid } from '../random';
import { TICKET_SUBJECTS } from '../vocabulary';
import { CARRIERS, DAY, HOUR, TODAY, WAREHOUSES, moment, someCustomer, staffMember, upTo, type World } from '../world';
import { emailOf } from './accounts';

export function operations(world: World): Table[] {
  return [...fulfilmentTables(world), ...recordTables(world)];
}

function fulfilmentTables(world: World): Table[] {
  return [
    {
      name: 'shipments',
      columns:
        'id, order_id, warehouse_id, shipping_method_id, tracking_number, ' +
        'status, shipped_at, delivered_at, weight_grams, created_at',
      rows: shipments(world),
    },
    { name: 'shipment_items', columns: 'shipment_id, order_item_id, quantity', rows: shipmentItems(world) },
    {
      name: 'shipment_events',
      columns: 'shipment_id, status, description, location, occurred_at',
      rows: shipmentEvents(world),
    },
    {
      name: 'stock_reservations',
      columns: 'inventory_item_id, order_item_id, quantity, status, expires_at, created_at',
      rows: reservations(world),
    },
  ];
}

function recordTables(world: World): Table[] {
  return [
    {
      name: 'notifications',
      columns: 'user_id, channel, status, template, subject, payload, sent_at, created_at',
      rows: notifications(world),
    },
    {
      name: 'email_messages',
      columns: 'user_id, to_address, subject, provider_message_id, status, sent_at, created_at',
      rows: emails(world),
    },
    {
      name: 'support_tickets',
      columns: 'id, ticket_number, user_id, order_id, assignee_id, subject, status, priority, resolved_at, created_at',
      rows: tickets(world),
    },
    {
      name: 'support_messages',
      columns: 'ticket_id, author_id, body, is_internal, created_at',
      rows: ticketMessages(world),
    },
    {
      name: 'audit_logs',
      columns: 'actor_id, action, entity_type, entity_id, changes, ip_address, created_at',
      rows: auditLog(world),
    },
  ];
}

const shipmentOf = (order: Order): string => uuid('shipment', order.index);
const IN_TRANSIT_FOR = 3 * DAY;

/** When it reached the customer, if it has. Milliseconds. */
const deliveredAt = (order: Order & { shippedAt: number }): number | null =>
  order.status === 'SHIPPED' ? null : order.shippedAt + IN_TRANSIT_FOR;

function* shippedOrders(world: World): Generator<Order & { shippedAt: number }> {
  for (const order of allOrders(world)) {
    const { shippedAt } = order;
    if (shippedAt !== null) yield { ...order, shippedAt };
  }
}

function* shipments(world: World): Generator<Row> {
  for (const order of shippedOrders(world)) {
    const arrived = deliveredAt(order);
    const left = moment(order.shippedAt);
    yield [
      shipmentOf(order),
      order.id,
      uuid('warehouse', order.index % WAREHOUSES),
      uuid('shipping_method', order.index % (CARRIERS.length * 2)),
      `1Z${order.index.toString(36).toUpperCase().padStart(12, '0')}`,
      arrived === null ? 'IN_TRANSIT' : 'DELIVERED',
      left,
      arrived === null ? null : moment(arrived),
      order.lines.length * 650,
      left,
    ];
  }
}

function* shipmentItems(world: World): Generator<Row> {
  for (const order of shippedOrders(world)) {
    for (const line of order.lines) yield [shipmentOf(order), line.id, line.quantity];
  }
}

function* shipmentEvents(world: World): Generator<Row> {
  for (const order of shippedOrders(world)) {
    const id = shipmentOf(order);
    const arrived = deliveredAt(order);
    yield [id, 'LABEL_CREATED', 'Shipment information received', null, moment(order.shippedAt - HOUR)];
    yield [id, 'IN_TRANSIT', 'Departed sorting centre', 'Leipzig', moment(order.shippedAt + DAY)];
    if (arrived !== null) yield [id, 'DELIVERED', 'Left with the recipient', null, moment(arrived)];
  }
}

/** Stock is held for orders that have not left yet. */
function* reservations(world: World): Generator<Row> {
  for (const order of allOrders(world)) {
    if (order.shippedAt !== null || order.status === 'CANCELLED') continue;
    for (const line of order.lines) {
      yield [
        uuid('inventory', line.variant),
        line.id,
        line.quantity,
        'HELD',
        moment(order.placedAt + 7 * DAY),
        moment(order.placedAt),
      ];
    }
  }
}

function* notifications(world: World): Generator<Row> {
  for (const i of upTo(world.notifications)) {
    const random = new Random('notification', i);
    const order = orderOf(world, random.int(0, world.orders - 1));
    const sent = moment(order.placedAt + HOUR);
    const payload = JSON.stringify({ orderId: order.id });
    yield [
      uuid('user', order.customer),
      random.pick(['EMAIL', 'PUSH', 'IN_APP']),
      random.chance(0.6) ? 'READ' : 'SENT',
      'order_confirmed',
      'Your order is confirmed',
      payload,
      sent,
      sent,
    ];
  }
}

function* emails(world: World): Generator<Row> {
  for (const i of upTo(world.notifications)) {
    if (i % 2 !== 0) continue;
    const user = someCustomer(world, new Random('email', i));
    const sent = moment(TODAY - (i % 200) * DAY);
    yield [
      uuid('user', user),
      emailOf(user),
      'News from Broxiva',
      `<${uuid('email', i)}@mail.example.com>`,
      'SENT',
      sent,
      sent,
    ];
  }
}

interface Ticket {
  id: string;
  order: Order;
  agent: string;
  isResolved: boolean;
  /** Milliseconds. */
  openedAt: number;
}

function ticketOf(world: World, index: number): Ticket {
  const order = orderOf(world, new Random('ticket', index).int(0, world.orders - 1));
  const openedAt = Math.min(order.placedAt + 4 * DAY, TODAY - HOUR);
  return { id: uuid('ticket', index), order, agent: staffMember(world, index), isResolved: index % 6 !== 0, openedAt };
}

function* tickets(world: World): Generator<Row> {
  for (const i of upTo(world.tickets)) {
    const { id, order, agent, isResolved, openedAt } = ticketOf(world, i);
    yield [
      id,
      `T-${100_000 + i}`,
      uuid('user', order.customer),
      order.id,
      agent,
      at(TICKET_SUBJECTS, i),
      isResolved ? 'RESOLVED' : 'OPEN',
      i % 9 === 0 ? 'HIGH' : 'NORMAL',
      isResolved ? moment(openedAt + DAY) : null,
      moment(openedAt),
    ];
  }
}

function* ticketMessages(world: World): Generator<Row> {
  for (const i of upTo(world.tickets)) {
    const { id, order, agent, openedAt } = ticketOf(world, i);
    yield [id, uuid('user', order.customer), `${at(TICKET_SUBJECTS, i)}\nPlease let me know.`, false, moment(openedAt)];
    yield [id, agent, 'Thank you for writing. We are looking into it.', false, moment(openedAt + HOUR)];
  }
}

function* auditLog(world: World): Generator<Row> {
  for (const i of upTo(world.auditEntries)) {
    const random = new Random('audit', i);
    const product = uuid('product', random.int(0, world.products - 1));
    const changes = JSON.stringify({ status: ['DRAFT', 'ACTIVE'] });
    yield [
      staffMember(world, i),
      'UPDATE',
      'Product',
      product,
      changes,
      `198.51.100.${random.int(1, 254)}`,
      moment(TODAY - random.int(1, 200 * 24) * HOUR),
    ];
  }
}
