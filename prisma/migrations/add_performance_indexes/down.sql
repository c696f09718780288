-- Takes back add_performance_indexes. The partial and the expression index are invisible to Prisma's diff.
-- The indexes that it replaced come back first, so that no query is ever without one.

-- CreateIndex
CREATE INDEX "orders_user_id_idx" ON "orders"("user_id");

-- CreateIndex
CREATE INDEX "stock_movements_inventory_item_id_idx" ON "stock_movements"("inventory_item_id");

-- CreateIndex
CREATE INDEX "shipment_events_shipment_id_idx" ON "shipment_events"("shipment_id");

-- CreateIndex
CREATE INDEX "reviews_product_id_idx" ON "reviews"("product_id");

-- DropIndex
DROP INDEX
    "users_role_status_idx",
    "users_created_at_idx",
    "sessions_expires_at_idx",
    "products_vendor_id_status_idx",
    "products_status_published_at_idx",
    "products_tags_idx",
    "carts_status_updated_at_idx",
    "cart_items_updated_at_idx",
    "orders_user_id_created_at_idx",
    "orders_status_placed_at_idx",
    "orders_shipping_address_id_idx",
    "orders_billing_address_id_idx",
    "order_items_product_id_idx",
    "order_items_variant_id_idx",
    "order_items_vendor_id_created_at_idx",
    "payments_status_created_at_idx",
    "refunds_order_id_idx",
    "refunds_status_idx",
    "refunds_vendor_id_idx",
    "refund_items_order_item_id_idx",
    "payment_attempts_method_id_idx",
    "stock_movements_inventory_item_id_created_at_idx",
    "stock_movements_reference_idx",
    "stock_reservations_status_expires_at_idx",
    "shipments_tracking_number_idx",
    "shipments_status_shipped_at_idx",
    "shipments_warehouse_id_idx",
    "shipments_shipping_method_id_idx",
    "shipment_events_shipment_id_occurred_at_idx",
    "reviews_product_id_status_created_at_idx",
    "reviews_order_item_id_idx",
    "product_questions_asked_by_id_idx",
    "coupon_redemptions_order_id_idx",
    "coupon_redemptions_user_id_idx",
    "notifications_user_id_created_at_idx",
    "email_messages_user_id_idx",
    "wishlist_items_variant_id_idx",
    "search_queries_query_idx",
    "support_tickets_user_id_idx",
    "support_tickets_order_id_idx",
    "support_tickets_assignee_id_status_idx",
    "support_messages_author_id_idx",
    "audit_logs_entity_type_entity_id_idx",
    "audit_logs_actor_id_created_at_idx",
    "invoices_status_due_at_idx",
    "invoice_lines_order_item_id_idx",
    "orders_open_idx",
    "users_email_lower_idx";
