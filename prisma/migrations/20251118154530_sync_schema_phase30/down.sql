-- Takes back sync_schema_phase30: its trigger, its checks and what it put on tables that stay.
-- The rows of the dropped tables are gone; orders keep the channel that the backfill gave them.

-- DropTrigger
DROP TRIGGER "product_variants_record_price_change" ON "product_variants";
DROP FUNCTION "record_price_change"();

-- DropCheckConstraint
ALTER TABLE "order_items" DROP CONSTRAINT "order_items_quantity_positive";

-- DropForeignKey
ALTER TABLE "products" DROP CONSTRAINT "products_return_policy_id_fkey";

-- DropForeignKey
ALTER TABLE "products" DROP CONSTRAINT "products_tax_category_id_fkey";

-- DropForeignKey
ALTER TABLE "shipments" DROP CONSTRAINT "shipments_pickup_point_id_fkey";

-- DropIndex
DROP INDEX "products_return_policy_id_idx";

-- DropIndex
DROP INDEX "products_tax_category_id_idx";

-- DropIndex
DROP INDEX "payments_provider_provider_reference_key";

-- DropIndex
DROP INDEX "shipments_pickup_point_id_idx";

-- AlterTable
ALTER TABLE "products" DROP COLUMN "is_subscribable",
DROP COLUMN "minimum_order_quantity",
DROP COLUMN "return_policy_id",
DROP COLUMN "tax_category_id";

-- AlterTable
ALTER TABLE "orders" DROP COLUMN "gift_card_total",
DROP COLUMN "gift_message",
DROP COLUMN "is_gift",
DROP COLUMN "loyalty_points_earned",
ALTER COLUMN "channel" DROP NOT NULL,
ALTER COLUMN "channel" DROP DEFAULT;

-- AlterTable
ALTER TABLE "shipments" DROP COLUMN "cost",
DROP COLUMN "label_url",
DROP COLUMN "pickup_point_id";

-- AlterTable
ALTER TABLE "tax_rates" ALTER COLUMN "rate" SET DATA TYPE DECIMAL(5,4);

-- DropTable
DROP TABLE
    "product_translations",
    "category_translations",
    "product_bundles",
    "bundle_items",
    "price_history",
    "back_in_stock_subscriptions",
    "shipping_zones",
    "shipping_zone_regions",
    "shipping_rates",
    "pickup_points",
    "flash_sales",
    "flash_sale_items",
    "search_synonyms",
    "search_redirects",
    "saved_searches",
    "product_views",
    "product_recommendations",
    "tax_registrations",
    "tax_exemptions",
    "return_policies",
    "return_requests",
    "return_items",
    "return_labels",
    "disputes",
    "dispute_messages",
    "dispute_evidence",
    "gift_cards",
    "gift_card_transactions",
    "loyalty_programs",
    "loyalty_tiers",
    "loyalty_accounts",
    "loyalty_transactions",
    "loyalty_rewards",
    "loyalty_redemptions",
    "subscription_plans",
    "subscriptions",
    "subscription_items",
    "subscription_cycles",
    "rfqs",
    "rfq_items",
    "quotes",
    "quote_items",
    "suppliers",
    "purchase_orders",
    "purchase_order_items",
    "price_lists",
    "price_list_items",
    "live_streams",
    "live_stream_products",
    "live_stream_messages",
    "ad_campaigns",
    "ad_groups",
    "ad_creatives",
    "ad_daily_stats",
    "affiliates",
    "affiliate_links",
    "affiliate_clicks",
    "affiliate_commissions",
    "fraud_rules",
    "fraud_assessments",
    "fraud_rule_hits",
    "blocklist_entries",
    "conversations",
    "conversation_participants",
    "conversation_messages",
    "webhook_endpoints",
    "webhook_deliveries";

-- DropEnum
DROP TYPE
    "PriceChangeReason",
    "ShippingRateBasis",
    "SynonymType",
    "RecommendationType",
    "TaxExemptionStatus",
    "ReturnStatus",
    "ReturnReason",
    "ReturnResolution",
    "DisputeStatus",
    "DisputeType",
    "GiftCardStatus",
    "GiftCardEntryType",
    "LoyaltyEntryType",
    "SubscriptionStatus",
    "BillingInterval",
    "RfqStatus",
    "QuoteStatus",
    "PurchaseOrderStatus",
    "LiveStreamStatus",
    "CampaignStatus",
    "AdPlacementType",
    "AffiliateStatus",
    "AffiliateCommissionStatus",
    "FraudDecision",
    "BlocklistType",
    "WebhookDeliveryStatus";
