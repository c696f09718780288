-- CreateEnum
CREATE TYPE "VendorStatus" AS ENUM ('APPLIED', 'IN_REVIEW', 'ACTIVE', 'SUSPENDED', 'TERMINATED');

-- CreateEnum
CREATE TYPE "VendorType" AS ENUM ('INDIVIDUAL', 'BUSINESS', 'ENTERPRISE');

-- CreateEnum
CREATE TYPE "VendorMemberRole" AS ENUM ('OWNER', 'MANAGER', 'CATALOGUE', 'FULFILMENT', 'FINANCE');

-- CreateEnum
CREATE TYPE "VendorDocumentType" AS ENUM ('TAX_CERTIFICATE', 'BUSINESS_LICENCE', 'IDENTITY', 'BANK_STATEMENT', 'INSURANCE');

-- CreateEnum
CREATE TYPE "VerificationStatus" AS ENUM ('PENDING', 'PASSED', 'FAILED', 'EXPIRED');

-- CreateEnum
CREATE TYPE "VerificationType" AS ENUM ('KYC', 'KYB', 'SANCTIONS', 'BANK_ACCOUNT');

-- CreateEnum
CREATE TYPE "ContractStatus" AS ENUM ('DRAFT', 'SENT', 'SIGNED', 'TERMINATED');

-- CreateEnum
CREATE TYPE "SlaMetric" AS ENUM ('DISPATCH_TIME', 'RESPONSE_TIME', 'CANCELLATION_RATE', 'DEFECT_RATE');

-- CreateEnum
CREATE TYPE "CommissionBasis" AS ENUM ('PERCENTAGE', 'FIXED', 'TIERED');

-- CreateEnum
CREATE TYPE "LedgerEntryType" AS ENUM ('SALE', 'COMMISSION', 'REFUND', 'FEE', 'PAYOUT', 'ADJUSTMENT');

-- CreateEnum
CREATE TYPE "PayoutStatus" AS ENUM ('SCHEDULED', 'PROCESSING', 'PAID', 'FAILED', 'CANCELLED');

-- AlterTable
ALTER TABLE "products" ADD COLUMN     "vendor_id" UUID;

-- AlterTable
ALTER TABLE "order_items" ADD COLUMN     "commission_rate" DECIMAL(7,4),
ADD COLUMN     "vendor_id" UUID;

-- AlterTable
ALTER TABLE "refunds" ADD COLUMN     "vendor_id" UUID,
ADD COLUMN     "vendor_share" DECIMAL(12,2) NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "commission_plans" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "code" VARCHAR(60) NOT NULL,
    "name" VARCHAR(120) NOT NULL,
    "basis" "CommissionBasis" NOT NULL DEFAULT 'PERCENTAGE',
    "default_rate" DECIMAL(7,4) NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "commission_plans_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "commission_rules" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "plan_id" UUID NOT NULL,
    "category_id" UUID,
    "minimum_price" DECIMAL(12,2),
    "rate" DECIMAL(7,4) NOT NULL,
    "fixed_fee" DECIMAL(12,2) NOT NULL DEFAULT 0,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "commission_rules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendors" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" VARCHAR(160) NOT NULL,
    "slug" VARCHAR(180) NOT NULL,
    "legal_name" VARCHAR(200),
    "contact_email" VARCHAR(320) NOT NULL,
    "support_phone" VARCHAR(32),
    "type" "VendorType" NOT NULL DEFAULT 'INDIVIDUAL',
    "status" "VendorStatus" NOT NULL DEFAULT 'APPLIED',
    "commission_plan_id" UUID,
    "logo_url" TEXT,
    "description" TEXT,
    "tax_number" VARCHAR(40),
    "country_code" CHAR(2),
    "rating_average" DECIMAL(3,2),
    "approved_at" TIMESTAMPTZ(3),
    "suspended_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_members" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "VendorMemberRole" NOT NULL,
    "invited_by_id" UUID,
    "is_primary" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_members_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_addresses" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "country_code" CHAR(2) NOT NULL,
    "label" VARCHAR(80) NOT NULL,
    "line1" VARCHAR(200) NOT NULL,
    "line2" VARCHAR(200),
    "city" VARCHAR(120) NOT NULL,
    "postal_code" VARCHAR(20) NOT NULL,
    "is_return_address" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_addresses_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_bank_accounts" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "holder_name" VARCHAR(160) NOT NULL,
    "bank_name" VARCHAR(160),
    "iban_ciphertext" TEXT NOT NULL,
    "last_four" CHAR(4) NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "verified_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_bank_accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_documents" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "type" "VendorDocumentType" NOT NULL,
    "file_url" TEXT NOT NULL,
    "status" "VerificationStatus" NOT NULL DEFAULT 'PENDING',
    "reviewed_by_id" UUID,
    "rejection_reason" VARCHAR(300),
    "expires_on" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_documents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_verifications" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "document_id" UUID,
    "type" "VerificationType" NOT NULL,
    "status" "VerificationStatus" NOT NULL DEFAULT 'PENDING',
    "provider" VARCHAR(60) NOT NULL,
    "provider_reference" VARCHAR(128),
    "result" JSONB NOT NULL DEFAULT '{}',
    "checked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_verifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_contracts" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "contract_number" VARCHAR(40) NOT NULL,
    "version" VARCHAR(20) NOT NULL,
    "status" "ContractStatus" NOT NULL DEFAULT 'DRAFT',
    "signed_by_id" UUID,
    "signed_at" TIMESTAMPTZ(3),
    "effective_from" DATE NOT NULL,
    "effective_to" DATE,
    "document_url" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_contracts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_slas" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "contract_id" UUID,
    "metric" "SlaMetric" NOT NULL,
    "target" DECIMAL(10,4) NOT NULL,
    "window_days" INTEGER NOT NULL DEFAULT 30,
    "penalty_percent" DECIMAL(5,2) NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_slas_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sla_breaches" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "sla_id" UUID NOT NULL,
    "order_item_id" UUID,
    "measured" DECIMAL(10,4) NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "waived_by_id" UUID,
    "waived_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sla_breaches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_holidays" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE NOT NULL,
    "message" VARCHAR(300),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_holidays_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_shipping_profiles" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "shipping_method_id" UUID NOT NULL,
    "zone_id" UUID,
    "handling_days" INTEGER NOT NULL DEFAULT 1,
    "free_above" DECIMAL(12,2),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_shipping_profiles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_reviews" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "author_id" UUID NOT NULL,
    "rating" SMALLINT NOT NULL,
    "comment" TEXT,
    "status" "ReviewStatus" NOT NULL DEFAULT 'PENDING',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_reviews_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_notes" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "vendor_id" UUID NOT NULL,
    "author_id" UUID NOT NULL,
    "body" TEXT NOT NULL,
    "is_pinned" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_notes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_metrics" (
    "vendor_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "orders" INTEGER NOT NULL DEFAULT 0,
    "revenue" DECIMAL(14,2) NOT NULL DEFAULT 0,
    "cancellations" INTEGER NOT NULL DEFAULT 0,
    "late_dispatches" INTEGER NOT NULL DEFAULT 0,
    "defects" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "vendor_metrics_pkey" PRIMARY KEY ("vendor_id","day")
);

-- CreateTable
CREATE TABLE "payouts" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "payout_number" VARCHAR(32) NOT NULL,
    "vendor_id" UUID NOT NULL,
    "bank_account_id" UUID,
    "status" "PayoutStatus" NOT NULL DEFAULT 'SCHEDULED',
    "amount" DECIMAL(12,2) NOT NULL,
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "period_start" DATE NOT NULL,
    "period_end" DATE NOT NULL,
    "approved_by_id" UUID,
    "scheduled_for" DATE NOT NULL,
    "paid_at" TIMESTAMPTZ(3),
    "failure_reason" VARCHAR(300),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "payouts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_commissions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "order_item_id" UUID NOT NULL,
    "vendor_id" UUID NOT NULL,
    "rule_id" UUID,
    "rate" DECIMAL(7,4) NOT NULL,
    "amount" DECIMAL(12,2) NOT NULL,
    "reversed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_commissions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vendor_ledger_entries" (
    "id" BIGSERIAL NOT NULL,
    "vendor_id" UUID NOT NULL,
    "order_id" UUID,
    "payout_id" UUID,
    "commission_id" UUID,
    "type" "LedgerEntryType" NOT NULL,
    "amount" DECIMAL(12,2) NOT NULL,
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "description" VARCHAR(200),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_ledger_entries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "commission_plans_code_key" ON "commission_plans"("code");

-- CreateIndex
CREATE INDEX "commission_rules_plan_id_idx" ON "commission_rules"("plan_id");

-- CreateIndex
CREATE INDEX "commission_rules_category_id_idx" ON "commission_rules"("category_id");

-- CreateIndex
CREATE UNIQUE INDEX "vendors_slug_key" ON "vendors"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "vendors_contact_email_key" ON "vendors"("contact_email");

-- CreateIndex
CREATE INDEX "vendors_status_idx" ON "vendors"("status");

-- CreateIndex
CREATE INDEX "vendors_commission_plan_id_idx" ON "vendors"("commission_plan_id");

-- CreateIndex
CREATE INDEX "vendor_members_user_id_idx" ON "vendor_members"("user_id");

-- CreateIndex
CREATE INDEX "vendor_members_invited_by_id_idx" ON "vendor_members"("invited_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "vendor_members_vendor_id_user_id_key" ON "vendor_members"("vendor_id", "user_id");

-- CreateIndex
CREATE INDEX "vendor_addresses_vendor_id_idx" ON "vendor_addresses"("vendor_id");

-- CreateIndex
CREATE INDEX "vendor_addresses_country_code_idx" ON "vendor_addresses"("country_code");

-- CreateIndex
CREATE INDEX "vendor_bank_accounts_vendor_id_idx" ON "vendor_bank_accounts"("vendor_id");

-- CreateIndex
CREATE INDEX "vendor_bank_accounts_currency_code_idx" ON "vendor_bank_accounts"("currency_code");

-- CreateIndex
CREATE INDEX "vendor_documents_vendor_id_idx" ON "vendor_documents"("vendor_id");

-- CreateIndex
CREATE INDEX "vendor_documents_reviewed_by_id_idx" ON "vendor_documents"("reviewed_by_id");

-- CreateIndex
CREATE INDEX "vendor_verifications_vendor_id_idx" ON "vendor_verifications"("vendor_id");

-- CreateIndex
CREATE INDEX "vendor_verifications_document_id_idx" ON "vendor_verifications"("document_id");

-- CreateIndex
CREATE UNIQUE INDEX "vendor_contracts_contract_number_key" ON "vendor_contracts"("contract_number");

-- CreateIndex
CREATE INDEX "vendor_contracts_vendor_id_idx" ON "vendor_contracts"("vendor_id");

-- CreateIndex
CREATE INDEX "vendor_contracts_signed_by_id_idx" ON "vendor_contracts"("signed_by_id");

-- CreateIndex
CREATE INDEX "vendor_slas_contract_id_idx" ON "vendor_slas"("contract_id");

-- CreateIndex
CREATE UNIQUE INDEX "vendor_slas_vendor_id_metric_key" ON "vendor_slas"("vendor_id", "metric");

-- CreateIndex
CREATE INDEX "sla_breaches_sla_id_idx" ON "sla_breaches"("sla_id");

-- CreateIndex
CREATE INDEX "sla_breaches_order_item_id_idx" ON "sla_breaches"("order_item_id");

-- CreateIndex
CREATE INDEX "sla_breaches_waived_by_id_idx" ON "sla_breaches"("waived_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "vendor_holidays_vendor_id_starts_on_key" ON "vendor_holidays"("vendor_id", "starts_on");

-- CreateIndex
CREATE INDEX "vendor_shipping_profiles_vendor_id_idx" ON "vendor_shipping_profiles"("vendor_id");

-- CreateIndex
CREATE INDEX "vendor_shipping_profiles_shipping_method_id_idx" ON "vendor_shipping_profiles"("shipping_method_id");

-- CreateIndex
CREATE INDEX "vendor_shipping_profiles_zone_id_idx" ON "vendor_shipping_profiles"("zone_id");

-- CreateIndex
CREATE INDEX "vendor_reviews_vendor_id_idx" ON "vendor_reviews"("vendor_id");

-- CreateIndex
CREATE INDEX "vendor_reviews_author_id_idx" ON "vendor_reviews"("author_id");

-- CreateIndex
CREATE UNIQUE INDEX "vendor_reviews_order_id_vendor_id_key" ON "vendor_reviews"("order_id", "vendor_id");

-- CreateIndex
CREATE INDEX "vendor_notes_vendor_id_idx" ON "vendor_notes"("vendor_id");

-- CreateIndex
CREATE INDEX "vendor_notes_author_id_idx" ON "vendor_notes"("author_id");

-- CreateIndex
CREATE UNIQUE INDEX "payouts_payout_number_key" ON "payouts"("payout_number");

-- CreateIndex
CREATE INDEX "payouts_status_scheduled_for_idx" ON "payouts"("status", "scheduled_for");

-- CreateIndex
CREATE INDEX "payouts_vendor_id_idx" ON "payouts"("vendor_id");

-- CreateIndex
CREATE INDEX "payouts_bank_account_id_idx" ON "payouts"("bank_account_id");

-- CreateIndex
CREATE INDEX "payouts_approved_by_id_idx" ON "payouts"("approved_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "order_commissions_order_item_id_key" ON "order_commissions"("order_item_id");

-- CreateIndex
CREATE INDEX "order_commissions_vendor_id_idx" ON "order_commissions"("vendor_id");

-- CreateIndex
CREATE INDEX "order_commissions_rule_id_idx" ON "order_commissions"("rule_id");

-- CreateIndex
CREATE INDEX "vendor_ledger_entries_vendor_id_created_at_idx" ON "vendor_ledger_entries"("vendor_id", "created_at");

-- CreateIndex
CREATE INDEX "vendor_ledger_entries_order_id_idx" ON "vendor_ledger_entries"("order_id");

-- CreateIndex
CREATE INDEX "vendor_ledger_entries_payout_id_idx" ON "vendor_ledger_entries"("payout_id");

-- CreateIndex
CREATE INDEX "vendor_ledger_entries_commission_id_idx" ON "vendor_ledger_entries"("commission_id");

-- Every seller so far was a person: make each of them a vendor with that person as its first member.
INSERT INTO "commission_plans" ("code", "name", "default_rate", "is_default")
VALUES ('standard', 'Standard', 0.1200, true)
ON CONFLICT ("code") DO NOTHING;

WITH "sellers" AS (
    SELECT u.* FROM "users" u WHERE EXISTS (SELECT 1 FROM "products" p WHERE p."seller_id" = u."id")
), "created" AS (
    INSERT INTO "vendors" ("name", "slug", "contact_email", "support_phone", "status", "commission_plan_id", "approved_at")
    SELECT s."display_name", 'vendor-' || s."id", s."email", s."phone", 'ACTIVE', c."id", CURRENT_TIMESTAMP
    FROM "sellers" s
    CROSS JOIN "commission_plans" c
    WHERE c."code" = 'standard'
    ON CONFLICT ("contact_email") DO NOTHING
    RETURNING "id", "contact_email"
)
INSERT INTO "vendor_members" ("vendor_id", "user_id", "role", "is_primary")
SELECT c."id", s."id", 'OWNER', true
FROM "created" c
JOIN "sellers" s ON s."email" = c."contact_email"
ON CONFLICT ("vendor_id", "user_id") DO NOTHING;

UPDATE "products" p SET "vendor_id" = m."vendor_id"
FROM "vendor_members" m
WHERE m."user_id" = p."seller_id" AND p."vendor_id" IS NULL;

UPDATE "order_items" i SET "vendor_id" = p."vendor_id"
FROM "products" p
WHERE p."id" = i."product_id" AND i."vendor_id" IS NULL;

-- AddForeignKey
ALTER TABLE "products" ADD CONSTRAINT "products_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_items" ADD CONSTRAINT "order_items_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "commission_rules" ADD CONSTRAINT "commission_rules_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "commission_plans"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "commission_rules" ADD CONSTRAINT "commission_rules_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "categories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendors" ADD CONSTRAINT "vendors_commission_plan_id_fkey" FOREIGN KEY ("commission_plan_id") REFERENCES "commission_plans"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_members" ADD CONSTRAINT "vendor_members_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_members" ADD CONSTRAINT "vendor_members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_members" ADD CONSTRAINT "vendor_members_invited_by_id_fkey" FOREIGN KEY ("invited_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_addresses" ADD CONSTRAINT "vendor_addresses_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_addresses" ADD CONSTRAINT "vendor_addresses_country_code_fkey" FOREIGN KEY ("country_code") REFERENCES "countries"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_bank_accounts" ADD CONSTRAINT "vendor_bank_accounts_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_bank_accounts" ADD CONSTRAINT "vendor_bank_accounts_currency_code_fkey" FOREIGN KEY ("currency_code") REFERENCES "currencies"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_documents" ADD CONSTRAINT "vendor_documents_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_documents" ADD CONSTRAINT "vendor_documents_reviewed_by_id_fkey" FOREIGN KEY ("reviewed_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_verifications" ADD CONSTRAINT "vendor_verifications_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_verifications" ADD CONSTRAINT "vendor_verifications_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "vendor_documents"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_contracts" ADD CONSTRAINT "vendor_contracts_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_contracts" ADD CONSTRAINT "vendor_contracts_signed_by_id_fkey" FOREIGN KEY ("signed_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_slas" ADD CONSTRAINT "vendor_slas_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_slas" ADD CONSTRAINT "vendor_slas_contract_id_fkey" FOREIGN KEY ("contract_id") REFERENCES "vendor_contracts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sla_breaches" ADD CONSTRAINT "sla_breaches_sla_id_fkey" FOREIGN KEY ("sla_id") REFERENCES "vendor_slas"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sla_breaches" ADD CONSTRAINT "sla_breaches_order_item_id_fkey" FOREIGN KEY ("order_item_id") REFERENCES "order_items"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sla_breaches" ADD CONSTRAINT "sla_breaches_waived_by_id_fkey" FOREIGN KEY ("waived_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_holidays" ADD CONSTRAINT "vendor_holidays_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_shipping_profiles" ADD CONSTRAINT "vendor_shipping_profiles_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_shipping_profiles" ADD CONSTRAINT "vendor_shipping_profiles_shipping_method_id_fkey" FOREIGN KEY ("shipping_method_id") REFERENCES "shipping_methods"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_shipping_profiles" ADD CONSTRAINT "vendor_shipping_profiles_zone_id_fkey" FOREIGN KEY ("zone_id") REFERENCES "shipping_zones"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_reviews" ADD CONSTRAINT "vendor_reviews_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_reviews" ADD CONSTRAINT "vendor_reviews_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_reviews" ADD CONSTRAINT "vendor_reviews_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_notes" ADD CONSTRAINT "vendor_notes_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_notes" ADD CONSTRAINT "vendor_notes_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_metrics" ADD CONSTRAINT "vendor_metrics_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payouts" ADD CONSTRAINT "payouts_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payouts" ADD CONSTRAINT "payouts_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "vendor_bank_accounts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payouts" ADD CONSTRAINT "payouts_approved_by_id_fkey" FOREIGN KEY ("approved_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_commissions" ADD CONSTRAINT "order_commissions_order_item_id_fkey" FOREIGN KEY ("order_item_id") REFERENCES "order_items"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_commissions" ADD CONSTRAINT "order_commissions_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_commissions" ADD CONSTRAINT "order_commissions_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "commission_rules"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_ledger_entries" ADD CONSTRAINT "vendor_ledger_entries_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "vendors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_ledger_entries" ADD CONSTRAINT "vendor_ledger_entries_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_ledger_entries" ADD CONSTRAINT "vendor_ledger_entries_payout_id_fkey" FOREIGN KEY ("payout_id") REFERENCES "payouts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vendor_ledger_entries" ADD CONSTRAINT "vendor_ledger_entries_commission_id_fkey" FOREIGN KEY ("commission_id") REFERENCES "order_commissions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddCheckConstraint
ALTER TABLE "vendor_reviews" ADD CONSTRAINT "vendor_reviews_rating_range" CHECK ("rating" BETWEEN 1 AND 5);
ALTER TABLE "vendor_holidays" ADD CONSTRAINT "vendor_holidays_in_order" CHECK ("ends_on" >= "starts_on");

-- The ledger is what payouts are argued over: nobody, support included, edits a line of it.
CREATE FUNCTION "reject_ledger_change"() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'vendor_ledger_entries is append-only; add a correcting entry';
END;
$$;

-- CreateTrigger
CREATE TRIGGER "vendor_ledger_entries_append_only"
    BEFORE UPDATE OR DELETE ON "vendor_ledger_entries"
    FOR EACH ROW EXECUTE FUNCTION "reject_ledger_change"();

-- CreateView
CREATE VIEW "vendor_balances" AS
SELECT "vendor_id", "currency", sum("amount") AS "balance", max("created_at") AS "last_entry_at"
FROM "vendor_ledger_entries"
GROUP BY "vendor_id", "currency";
